// Where a pasted text belongs: the page that tells most about it. Pure.

export interface Landing {
  kind: "event" | "request" | "key" | "address" | "resource" | "arn" | "user" | "search";
  path: string;
}

const PREFIXES = /^(i|d|s|sg|vpc|vsw|vtb|eip|lb|alb|nlb|rm|r|dds|pc|m|ngw|key|asg|snap|eni|rds|cen|vpn|acl|lt|hbr|c|pgm|kms)-[0-9a-z-]{6,}$/i;

/** The landings for `text`, the likeliest first; the last is always a search for the words. */
export function landings(raw: string): Landing[] {
  const text = raw.trim().replace(/^["'`]+|["'`,;]+$/g, "");
  if (!text) return [];
  const found: Landing[] = [];
  const at = encodeURIComponent(text);
  if (/^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}(-.*)?$/i.test(text)) {
    found.push({ kind: "event", path: `/event/${at}` }, { kind: "request", path: `/events?f=${encodeURIComponent(`requestId=${text}`)}&from=` });
  } else if (/^(LTAI|STS\.|AKIA|ASIA|TMP\.)[\w.-]{6,}$/.test(text)) {
    found.push({ kind: "key", path: `/actor/key/${at}` });
  } else if (/^\d{1,3}(\.\d{1,3}){3}$/.test(text) || (/^[0-9a-f:]+$/i.test(text) && text.split(":").length > 2)) {
    found.push({ kind: "address", path: `/actor/address/${at}` });
  } else if (/^(acs|arn):/i.test(text)) {
    const user = /:(user|role|assumed-role)\/([^/:]+)/.exec(text);
    const last = text.split(/[/:]/).filter(Boolean).pop() ?? text;
    if (user) found.push({ kind: "user", path: `/actor/${user[1] === "user" ? "user" : "role"}/${encodeURIComponent(user[2] ?? "")}` });
    else found.push({ kind: "arn", path: `/resource/${encodeURIComponent(last)}` });
  } else if (PREFIXES.test(text)) {
    found.push({ kind: "resource", path: `/resource/${at}` });
  } else if (/^[\w.@:-]{1,128}$/.test(text)) {
    found.push({ kind: "user", path: `/actor/${text.includes(":") ? "role" : "user"}/${at}` }, { kind: "resource", path: `/resource/${at}` });
  }
  found.push({ kind: "search", path: `/events?q=${at}` });
  return found;
}
