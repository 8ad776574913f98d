// Selectors of data events in the form: a service, reads or writes, operations and resources, wanted or not.
import { Button } from "antd";
import { useId } from "react";
import { useAnswer } from "../../service/hooks.ts";
import { trails } from "../../service/trails.ts";
import { useSay } from "../../shell/words.ts";
import { aSelector, type SelectorForm, type TrailForm } from "./form.ts";

export function DataSelectors({ form, set }: { form: TrailForm; set: (change: Partial<TrailForm>) => void }) {
  const say = useSay();
  const id = useId();
  const services = useAnswer("data-services", (signal) => trails.dataServices(signal));
  const change = (key: number, more: Partial<SelectorForm>) => set({ selectors: form.selectors.map((one) => (one.key === key ? { ...one, ...more } : one)) });
  return (
    <fieldset className="group inner">
      <legend>{say("trails.data")}</legend>
      <p className="faint">{say("trails.data.hint")}</p>
      <datalist id={`${id}-services`}>{services.data?.services.map((one) => <option key={one.serviceName} value={one.serviceName} />)}</datalist>
      {form.selectors.map((one) => {
        const known = services.data?.services.find((service) => service.serviceName === one.serviceName)?.eventNames ?? [];
        const text = (name: "events" | "notEvents" | "arns" | "notArns", word: "trails.data.events" | "trails.data.events.not" | "trails.data.arns" | "trails.data.arns.not") => (
          <label>{say(word)}<input className="text" value={one[name]} list={name.toLowerCase().includes("events") ? `${id}-${one.key}` : undefined} placeholder={say("trails.data.commas")} onChange={(event) => change(one.key, { [name]: event.target.value })} spellCheck={false} /></label>
        );
        return (
          <div key={one.key} className="nested selector">
            <datalist id={`${id}-${one.key}`}>{known.map((name) => <option key={name} value={name} />)}</datalist>
            <div className="pair">
              <label>{say("trails.data.service")}<input className="text" value={one.serviceName} list={`${id}-services`} onChange={(event) => change(one.key, { serviceName: event.target.value })} spellCheck={false} /></label>
              <label>{say("trails.data.rw")}
                <select className="select tall" value={one.readWriteType} onChange={(event) => change(one.key, { readWriteType: event.target.value as SelectorForm["readWriteType"] })}>
                  {(["All", "Write", "Read"] as const).map((value) => <option key={value} value={value}>{say(`trails.rw.${value}`)}</option>)}
                </select>
              </label>
            </div>
            <div className="pair">{text("events", "trails.data.events")}{text("notEvents", "trails.data.events.not")}</div>
            <div className="pair">{text("arns", "trails.data.arns")}{text("notArns", "trails.data.arns.not")}</div>
            <div><Button size="small" onClick={() => set({ selectors: form.selectors.filter((other) => other.key !== one.key) })}>{say("trails.data.remove")}</Button></div>
          </div>
        );
      })}
      {form.selectors.length > 0 && <label>{say("trails.data.regions")}<input className="text" value={form.dataRegions} onChange={(event) => set({ dataRegions: event.target.value })} spellCheck={false} /></label>}
      <div><Button size="small" onClick={() => set({ selectors: [...form.selectors, aSelector()] })}>{say("trails.data.add")}</Button></div>
    </fieldset>
  );
}
