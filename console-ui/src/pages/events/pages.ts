// The pages of a search, one after the other as the list is scrolled, all of the same moment of the record.
import { useCallback, useEffect, useRef, useState } from "react";
import { service } from "../../service/client.ts";
import { asFailure, useAnswer, type Asked } from "../../service/hooks.ts";
import type { Found, Page, Question } from "../../service/types.ts";

const FIRST = 60;
const NEXT = 500;

export interface Pages {
  events: Found[];
  asked: Asked<Page>;
  done: boolean;
  empty: boolean;
  more: () => void;
}

export function usePages(key: string, question: Question, order: "newest" | "oldest"): Pages {
  const first = useAnswer<Page>(key && `${key}${order}`, (signal) => service.search({ ...question, order, limit: FIRST }, signal));
  const [rest, setRest] = useState<{ of: Page | undefined; events: Found[]; token: string }>({ of: undefined, events: [], token: "" });
  const [loading, setLoading] = useState(false);
  const busy = useRef<AbortController | null>(null);
  const page = first.data;
  useEffect(() => {
    busy.current?.abort();
    busy.current = null;
    setLoading(false);
    setRest({ of: page, events: page?.events ?? [], token: page?.nextToken ?? "" });
    return () => busy.current?.abort();
  }, [page]);
  const more = useCallback(() => {
    if (busy.current || !rest.token || rest.of !== page) return;
    const control = new AbortController();
    busy.current = control;
    setLoading(true);
    service
      .search({ ...question, order, limit: NEXT, token: rest.token }, control.signal)
      .then((next) => {
        busy.current = null;
        setRest((old) => ({ of: old.of, events: [...old.events, ...next.events], token: next.nextToken }));
        setLoading(false);
      })
      .catch((error: unknown) => {
        busy.current = null;
        setLoading(false);
        if (!control.signal.aborted) console.warn("the next page did not come", asFailure(error).message);
      });
  }, [rest, page, question, order]);
  const events = rest.of === page ? rest.events : (page?.events ?? []);
  return {
    events,
    asked: { ...first, loading: first.loading || loading },
    done: page !== undefined && !rest.token,
    empty: page !== undefined && !first.loading && page.events.length === 0,
    more,
  };
}
