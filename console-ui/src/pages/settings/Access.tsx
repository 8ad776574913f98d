// Who has access: users with their policies and keys, tokens that only record, policies, and whether somebody may.
import { Card } from "../../parts/Lines.tsx";
import { useKeys } from "../../shell/keys.ts";
import { deed, make, stepList, through } from "../../shell/rows.ts";
import { useSay } from "../../shell/words.ts";
import { Keys, Tokens } from "./Keys.tsx";
import { Roles } from "./Members.tsx";
import { Policies, Simulator } from "./Policies.tsx";
import { Users } from "./Users.tsx";

export function Access() {
  const say = useSay();
  useKeys("settings.access", {
    ...through(), new: make, remove: () => deed("remove"), switch: () => deed("switch"), edit: () => deed("edit"),
    lists: (at) => stepList(at === 0 ? -1 : 1), ask: () => document.getElementById("simulate-who")?.focus(),
  });
  return (
    <div className="grid two">
      <Card wide list title={say("settings.users")}><Users /></Card>
      <Card wide list title={say("settings.keys")}><Keys /></Card>
      <Card wide list title={say("settings.tokens")}><Tokens /></Card>
      <Card wide list title={say("settings.policies")}><Policies /></Card>
      <Card title={say("simulate.title")}><Simulator /></Card>
      <Card list title={say("settings.roles")}><Roles /></Card>
    </div>
  );
}
