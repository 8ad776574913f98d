// From an actor to a comparison: with another one, or with what the same did before.
import { Button, Popover } from "antd";
import { Link } from "../../parts/Link.tsx";
import { ACTOR_FIELD } from "../../query/actors.ts";
import { comparePath } from "../../query/compare.ts";
import type { Range } from "../../query/range.ts";
import { go } from "../../shell/route.ts";
import { useSay } from "../../shell/words.ts";
import { ActorForm } from "../compare/ActorForm.tsx";

export function CompareWith({ kind, id, range, open, show }: { kind: string; id: string; range: Range; open: boolean; show: (open: boolean) => void }) {
  const say = useSay();
  const same = { of: "periods" as const, chips: [{ field: ACTOR_FIELD[kind] ?? "", value: id, not: false }], range };
  const content = (
    <div className="compare-with">
      {range.from && <p><Link to={comparePath(same)}>{say("compare.same.before")}</Link></p>}
      {range.from && <p><Link to={comparePath({ ...same, against: "week" })}>{say("compare.same.week")}</Link></p>}
      <p>{say("compare.other")}</p>
      <ActorForm given={null} label={say("compare.other")} choose={(other) => go(comparePath({ of: "actors", a: `${kind}:${id}`, b: `${other.kind}:${other.id}`, range }))} />
    </div>
  );
  return (
    <Popover content={content} trigger="click" open={open} onOpenChange={show} placement="bottomRight" destroyOnHidden afterOpenChange={(there) => there && document.querySelector<HTMLElement>(".compare-with input")?.focus()}>
      <Button title="<" aria-expanded={open}>{say("compare.with")}</Button>
    </Popover>
  );
}
