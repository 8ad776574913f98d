export default function Advanced() { return <main className="page" />; }
