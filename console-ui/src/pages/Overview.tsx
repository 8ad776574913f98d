export default function Overview() { return <main className="page" />; }
