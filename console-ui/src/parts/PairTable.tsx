// What stands at a path on one side and on the other, and what is to be said of the two: before and after, or of two events.
import type { ReactNode } from "react";
import { Inert } from "./Text.tsx";

export interface PairRow {
  path: string;
  left: ReactNode;
  right: ReactNode;
  note: ReactNode;
  same?: boolean;
}

export function PairTable({ heads, rows }: { heads: readonly [string, string, string, string]; rows: readonly PairRow[] }) {
  return (
    <table className="changes">
      <thead>
        <tr>{heads.map((head) => <th key={head} scope="col">{head}</th>)}</tr>
      </thead>
      <tbody>
        {rows.map(({ path, left, right, note, same }) => (
          <tr key={path} data-path={path} data-same={same}>
            <th scope="row"><Inert text={path} most={120} /></th>
            <td className="before">{left}</td>
            <td className="after">{right}</td>
            <td>{note}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
