// Links inside the console: real links, so that they open in a new tab and are read as links.
import type { ReactNode } from "react";

export function Link({ to, children, className, title, label }: { to: string; children: ReactNode; className?: string; title?: string; label?: string }) {
  return (
    <a href={`#${to}`} className={className} title={title} aria-label={label} onClick={(event) => event.stopPropagation()}>
      {children}
    </a>
  );
}

export const actorPath = (kind: string, id: string): string => `/actor/${kind}/${encodeURIComponent(id)}`;
export const resourcePath = (name: string): string => `/resource/${encodeURIComponent(name)}`;
export const eventPath = (id: string): string => `/event/${encodeURIComponent(id)}`;
