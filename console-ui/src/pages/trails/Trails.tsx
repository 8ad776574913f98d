export default function X() { return <main className="page" />; }
