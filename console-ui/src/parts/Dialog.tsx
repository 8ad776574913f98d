// A dialog, the browser's own: it keeps the focus, closes with Escape, and needs no style that the policy forbids.
import { useEffect, useRef, type ReactNode } from "react";
import { useSay } from "../shell/words.ts";

export function Dialog({ title, close, children, className, bare = false }: { title: string; close: () => void; children: ReactNode; className?: string; bare?: boolean }) {
  const say = useSay();
  const frame = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const dialog = frame.current;
    if (dialog && !dialog.open) dialog.showModal();
    return () => dialog?.close();
  }, []);
  return (
    <dialog ref={frame} className={className ? `dialog ${className}` : "dialog"} aria-label={title} onCancel={(event) => { event.preventDefault(); close(); }}
      onClick={(event) => event.target === frame.current && close()}>
      <div className="dialog-body">
        {!bare && (
          <header>
            <h2>{title}</h2>
            <button type="button" className="icon-button" aria-label={say("keys.closeAll")} onClick={close}>×</button>
          </header>
        )}
        {children}
      </div>
    </dialog>
  );
}
