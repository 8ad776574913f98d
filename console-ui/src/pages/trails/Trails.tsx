// Trails: copies of the record on their way to other places. The list, one of them, and the form; which, the address says.
import type { Route } from "../../shell/route.ts";
import "./trails.css";
import { TrailEditing, TrailMaking } from "./TrailForm.tsx";
import { TrailList } from "./TrailList.tsx";
import { TrailPage } from "./TrailPage.tsx";

/** `/trails`, `/trails/new`, `/trails/NAME`, `/trails/NAME/edit`. No trail can be called `new`: names have six letters. */
export default function Trails({ route }: { route: Route }) {
  const [, name = "", what = ""] = route.parts;
  if (name === "new") return <TrailMaking />;
  if (name && what === "edit") return <TrailEditing key={name} name={name} />;
  if (name) return <TrailPage key={name} name={name} />;
  return <TrailList />;
}
