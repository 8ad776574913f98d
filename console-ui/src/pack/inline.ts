// Data put into a page of its own. Pure.
//
// Inside a script element only `</script` and `<!--` mean anything to a browser, and no `<` is left in what is written here.

/** Where the viewer's page wants its data. */
export const PLACE = '"data of the pack"';

const MEANT = /[<>&\u2028\u2029]/g;

/** `data` as JSON that no browser takes for markup. */
export function inert(data: unknown): string {
  return JSON.stringify(data).replace(MEANT, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** `page` with `data` in its place. */
export function inlined(page: string, data: unknown): string {
  const [before, after, ...more] = page.split(PLACE);
  if (before === undefined || after === undefined || more.length > 0) throw new Error("the viewer's page has no single place for its data: load the console again");
  return before + inert(data) + after;
}
