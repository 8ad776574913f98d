export default function X(_: { kind: string; id: string }) { return <main className="page" />; }
