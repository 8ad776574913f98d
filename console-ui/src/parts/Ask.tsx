// Asks once more before something is done that is not easily undone. By keys alone too: Enter says yes, Escape no.
import { Popconfirm } from "antd";
import { useEffect, useRef, useState, type ReactElement } from "react";

export function Ask({ title, yes, children }: { title: string; yes: () => void; children: ReactElement }) {
  const [open, setOpen] = useState(false);
  const from = useRef<Element | null>(null);
  const show = (next: boolean) => {
    if (next) from.current = document.activeElement;
    setOpen(next);
  };
  useEffect(() => {
    if (!open) return undefined;
    const away = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || event.defaultPrevented) return;
      event.preventDefault();
      setOpen(false);
    };
    window.addEventListener("keydown", away);
    return () => {
      window.removeEventListener("keydown", away);
      // The focus goes back to where it was, unless that went away or somebody is elsewhere already.
      if (from.current instanceof HTMLElement && from.current.isConnected && (document.activeElement === document.body || document.activeElement?.closest(".ant-popover"))) from.current.focus();
    };
  }, [open]);
  return (
    <Popconfirm getPopupContainer={(from) => from.closest("dialog") ?? document.body} title={<span className="ask">{title}</span>} open={open} onOpenChange={show} onConfirm={yes} okButtonProps={{ autoFocus: true }} destroyOnHidden>
      {children}
    </Popconfirm>
  );
}
