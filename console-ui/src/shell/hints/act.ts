// Acting on what was chosen, as a hand with a mouse would: what is written into gets the focus, everything else a press.

const WRITTEN = "textarea, select, [contenteditable=true], [role=slider], [role=spinbutton]";
const PRESSED_INPUTS = ["checkbox", "radio", "file", "button", "submit", "reset", "image", "color"];

export function act(element: HTMLElement): void {
  element.focus({ preventScroll: true });
  const field = element instanceof HTMLInputElement && !PRESSED_INPUTS.includes(element.type);
  const list = element.closest<HTMLElement>(".ant-select");
  if (field && !list) return;
  if (element.matches(WRITTEN)) return;
  // Some controls act when the button goes down, and what is open elsewhere closes by it.
  const on = field && list ? list : element;
  const mouse = (type: string) => on.dispatchEvent(new MouseEvent(type, { bubbles: true, cancelable: true, view: window, button: 0, detail: 1 }));
  mouse("mousedown");
  mouse("mouseup");
  mouse("click");
}
