// A question to the service, asked again when what it depends on changes, and cancelled when nobody waits for it.
import { useCallback, useEffect, useRef, useState } from "react";
import { Failure } from "./client.ts";

export interface Asked<T> {
  data: T | undefined;
  failure: Failure | undefined;
  loading: boolean;
  /** Set once an answer takes longer than a person waits without asking why. */
  slow: boolean;
  cancelled: boolean;
  cancel: () => void;
  again: () => void;
}

const SLOW_MS = 1500;

/** The answer of `question`, asked anew whenever `key` changes. An empty key asks nothing. */
export function useAnswer<T>(key: string, question: (signal: AbortSignal) => Promise<T>): Asked<T> {
  const [state, setState] = useState<{ data?: T; failure?: Failure; loading: boolean; slow: boolean; cancelled: boolean }>(
    { loading: key !== "", slow: false, cancelled: false },
  );
  const [turn, setTurn] = useState(0);
  const running = useRef<AbortController | null>(null);
  const asked = useRef(question);
  asked.current = question;

  useEffect(() => {
    if (!key) {
      setState({ loading: false, slow: false, cancelled: false });
      return;
    }
    const control = new AbortController();
    running.current = control;
    setState((old) => ({ ...old, failure: undefined, loading: true, slow: false, cancelled: false }));
    const timer = setTimeout(() => setState((old) => (old.loading ? { ...old, slow: true } : old)), SLOW_MS);
    asked
      .current(control.signal)
      .then((data) => setState({ data, loading: false, slow: false, cancelled: false }))
      .catch((error: unknown) => {
        if (control.signal.aborted) return;
        setState((old) => ({ ...old, failure: asFailure(error), loading: false, slow: false }));
      })
      .finally(() => clearTimeout(timer));
    return () => {
      clearTimeout(timer);
      control.abort();
    };
  }, [key, turn]);

  const cancel = useCallback(() => {
    running.current?.abort();
    setState((old) => ({ ...old, loading: false, slow: false, cancelled: true }));
  }, []);
  const again = useCallback(() => setTurn((old) => old + 1), []);
  return { data: state.data, failure: state.failure, loading: state.loading, slow: state.slow, cancelled: state.cancelled, cancel, again };
}

export function asFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  return new Failure(0, "Fault", error instanceof Error ? error.message : String(error));
}
