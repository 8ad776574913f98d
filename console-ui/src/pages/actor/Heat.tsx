// When somebody is active: days of the week down, hours of the day across.
import { usePreferences } from "../../shell/preferences.ts";
import { count } from "../../shell/words.ts";

export function Heat({ hours }: { hours: readonly { weekday: number; hour: number; count: number }[] }) {
  const { language } = usePreferences();
  const most = Math.max(...hours.map((one) => one.count), 1);
  const at = new Map(hours.map((one) => [`${one.weekday} ${one.hour}`, one.count]));
  const name = new Intl.DateTimeFormat(language === "zh" ? "zh-CN" : "en", { weekday: "short", timeZone: "UTC" });
  const days = [1, 2, 3, 4, 5, 6, 7];
  return (
    <table className="heat" tabIndex={0}>
      <thead>
        <tr>
          <th scope="col"><span className="sr-only">·</span></th>
          {Array.from({ length: 24 }, (_, hour) => <th key={hour} scope="col">{hour}</th>)}
        </tr>
      </thead>
      <tbody>
        {days.map((day) => (
          <tr key={day}>
            <th scope="row">{name.format(new Date(Date.UTC(2024, 0, day)))}</th>
            {Array.from({ length: 24 }, (_, hour) => {
              const number = at.get(`${day} ${hour}`) ?? 0;
              const share = number === 0 ? 0 : 18 + Math.round((number / most) * 82);
              return <td key={hour} title={number > 0 ? count(number, language) : undefined} style={{ "--heat": `${share}%` } as React.CSSProperties}><span className="sr-only">{number}</span></td>;
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
