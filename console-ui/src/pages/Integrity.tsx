export default function Integrity() { return <main className="page" />; }
