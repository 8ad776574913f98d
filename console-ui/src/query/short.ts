// A value in a chip, and so in an address, has its bounds. Pure.

export const SHORT_MAX = 200;

/** A value too long for an address is known by how it begins. `length` is of the whole, where `text` is only its beginning. */
export function short(text: string, length = text.length): string {
  return length > SHORT_MAX ? `${text.slice(0, SHORT_MAX)}*` : text;
}
