export default function X(_: { tab: string }) { return <main className="page" />; }
