// Access keys, and tokens that only record. A secret is shown once, by the answer that made it.
import { Button } from "antd";
import { useState } from "react";
import { Answer } from "../../parts/Answer.tsx";
import { Ask } from "../../parts/Ask.tsx";
import { Failed } from "../../parts/Failed.tsx";
import { actorPath, Link } from "../../parts/Link.tsx";
import { Moment } from "../../parts/Moment.tsx";
import { Inert } from "../../parts/Text.tsx";
import { plain } from "../../event/inert.ts";
import { access } from "../../service/access.ts";
import { useAnswer } from "../../service/hooks.ts";
import { useSay } from "../../shell/words.ts";
import { Grid, Make, mark, Secret, Toggle, useThen, when } from "./parts.tsx";

interface Made {
  name: string;
  secret: string;
}

export function Keys() {
  const say = useSay();
  const asked = useAnswer("keys", access.keys);
  const [made, setMade] = useState<Made | null>(null);
  const { trouble, again, run, then } = useThen(asked.changed);
  const create = (user: string, note: string) => run(async () => {
    const key = await access.createKey(user, note);
    setMade({ name: key.accessKeyId, secret: key.accessKeySecret });
    asked.changed();
  });
  return (
    <>
      <Failed failure={trouble} again={again} />
      {made && <Secret {...made} close={() => setMade(null)} />}
      <Answer asked={asked}>
        {({ keys }) => (
          <>
            <Grid heads={[say("actor.key"), say("actor.user"), say("settings.note"), say("trails.status"), say("settings.created"), say("settings.lastUsed"), "", ""]}
              rows={keys.map((one) => ({
                key: one.id,
                cells: [
                  <Link key="n" to={actorPath("key", one.id)}><code>{plain(one.id, 64)}</code></Link>, <bdi key="u">{plain(one.user || "—", 64)}</bdi>, <Inert key="o" text={one.note} most={60} />, mark(one.state), <Moment key="c" at={one.created} />, when(one.lastUsed, say("settings.never")),
                  <Ask key="r" title={say("keys.rotate.sure")} yes={() => create(one.user, say("keys.replaces", { id: one.id }))}><Button size="small">{say("keys.rotate")}</Button></Ask>,
                  <Toggle key="t" state={one.state} set={(state) => then(() => access.setKey(one.id, state))} remove={() => then(() => access.deleteKey(one.id))} />,
                ],
              }))} />
            <Make label={say("actor.user")} second={say("settings.note")} make={create} />
          </>
        )}
      </Answer>
    </>
  );
}

export function Tokens() {
  const say = useSay();
  const asked = useAnswer("tokens", access.tokens);
  const [made, setMade] = useState<Made | null>(null);
  const { trouble, again, run, then } = useThen(asked.changed);
  return (
    <>
      <p className="faint">{say("tokens.hint")}</p>
      <Failed failure={trouble} again={again} />
      {made && <Secret {...made} close={() => setMade(null)} />}
      <Answer asked={asked}>
        {({ tokens }) => (
          <>
            <Grid heads={[say("settings.token"), say("settings.note"), say("trails.status"), say("settings.created"), say("settings.lastUsed"), ""]}
              rows={tokens.map((one) => ({
                key: one.id,
                cells: [
                  <code key="n">{plain(one.id, 64)}</code>, <Inert key="o" text={one.note} most={100} />, mark(one.state), <Moment key="c" at={one.created} />, when(one.lastUsed, say("settings.never")),
                  <Toggle key="t" state={one.state} set={(state) => then(() => access.setToken(one.id, state))} remove={() => then(() => access.deleteToken(one.id))} />,
                ],
              }))} />
            <Make label={say("settings.note")} make={(note) => run(async () => {
              const token = await access.createToken(note);
              setMade({ name: token.tokenId, secret: token.token });
              asked.changed();
            })} />
          </>
        )}
      </Answer>
    </>
  );
}
