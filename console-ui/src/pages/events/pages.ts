// The pages of a search, one after the other as the list is scrolled, all of the same moment of the record.
import { useCallback, useEffect, useRef, useState } from "react";
import { service, type Failure } from "../../service/client.ts";
import { asFailure, SLOW_MS, useAnswer, type Asked } from "../../service/hooks.ts";
import type { Found, Page, Question } from "../../service/types.ts";

const FIRST = 60;
const SECOND = 200;
const NEXT = 500;
const IDLE = { loading: false, slow: false, cancelled: false };

export interface Pages {
  events: Found[];
  asked: Asked<Page>;
  /** The page after those that are here. */
  next: Asked<unknown>;
  done: boolean;
  empty: boolean;
  more: () => void;
}

export function usePages(key: string, question: Question, order: "newest" | "oldest"): Pages {
  const first = useAnswer<Page>(key && `${key}${order}`, (signal) => service.search({ ...question, order, limit: FIRST }, signal));
  const [rest, setRest] = useState<{ of: Page | undefined; events: Found[]; token: string }>({ of: undefined, events: [], token: "" });
  const [state, setState] = useState<{ loading: boolean; slow: boolean; cancelled: boolean; failure?: Failure }>(IDLE);
  const busy = useRef<AbortController | null>(null);
  const page = first.data;
  useEffect(() => {
    busy.current?.abort();
    busy.current = null;
    setState(IDLE);
    setRest({ of: page, events: page?.events ?? [], token: page?.nextToken ?? "" });
    return () => busy.current?.abort();
  }, [page]);
  const again = useCallback(() => {
    if (busy.current || !rest.token || rest.of !== page) return;
    const control = new AbortController();
    busy.current = control;
    setState({ ...IDLE, loading: true });
    const timer = setTimeout(() => setState((old) => ({ ...old, slow: old.loading })), SLOW_MS);
    service
      .search({ ...question, order, limit: rest.events.length > FIRST ? NEXT : SECOND, token: rest.token }, control.signal)
      .then((next) => {
        if (control.signal.aborted) return;
        setRest((old) => ({ of: old.of, events: [...old.events, ...next.events], token: next.nextToken }));
        setState(IDLE);
      })
      .catch((error: unknown) => control.signal.aborted || setState({ ...IDLE, failure: asFailure(error) }))
      .finally(() => {
        clearTimeout(timer);
        if (busy.current === control) busy.current = null;
      });
  }, [rest, page, question, order]);
  const cancel = useCallback(() => {
    busy.current?.abort();
    busy.current = null;
    setState({ ...IDLE, cancelled: true });
  }, []);
  // What failed or was cancelled is asked for again by hand, not by the next turn of the wheel.
  const stopped = state.cancelled || state.failure !== undefined;
  const more = useCallback(() => stopped || again(), [stopped, again]);
  const events = rest.of === page ? rest.events : (page?.events ?? []);
  return {
    events,
    asked: first,
    next: { data: undefined, failure: undefined, ...state, cancel, again, changed: again },
    done: page !== undefined && !rest.token,
    empty: page !== undefined && !first.loading && page.events.length === 0,
    more,
  };
}
