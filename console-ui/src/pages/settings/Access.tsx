// Who has access: users with their policies and keys, tokens that only record, policies, and whether somebody may.
import { Card } from "../../parts/Lines.tsx";
import { useSay } from "../../shell/words.ts";
import { Keys, Tokens } from "./Keys.tsx";
import { Roles } from "./Members.tsx";
import { Policies, Simulator } from "./Policies.tsx";
import { Users } from "./Users.tsx";

export function Access() {
  const say = useSay();
  return (
    <div className="grid two">
      <Card wide title={say("settings.users")}><Users /></Card>
      <Card wide title={say("settings.keys")}><Keys /></Card>
      <Card wide title={say("settings.tokens")}><Tokens /></Card>
      <Card wide title={say("settings.policies")}><Policies /></Card>
      <Card title={say("simulate.title")}><Simulator /></Card>
      <Card title={say("settings.roles")}><Roles /></Card>
    </div>
  );
}
