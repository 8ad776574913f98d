// What a key is called, whatever keyboard or input method it came by. Pure.

/** The key as the table writes it. An input method that waits for nobody's text hides the letter: its place tells it. */
export function keyOf(event: Pick<KeyboardEvent, "key" | "code" | "keyCode" | "shiftKey">): string {
  if (event.keyCode === 229 || event.key === "Process" || event.key === "Unidentified") {
    if (/^Key[A-Z]$/.test(event.code)) return event.code.slice(3).toLowerCase();
    if (/^Digit\d$/.test(event.code) && !event.shiftKey) return event.code.slice(5);
    return { Semicolon: ";", Slash: event.shiftKey ? "?" : "/" }[event.code] ?? event.key;
  }
  if (event.key.length !== 1) return event.key;
  const code = event.key.charCodeAt(0);
  const plain = code >= 0xff01 && code <= 0xff5e ? String.fromCharCode(code - 0xfee0) : event.key; // full width, as some input methods write
  return plain.toLowerCase();
}
