export default function Resource(_: { name: string }) { return <main className="page" />; }
