using System.Globalization;

namespace Metal3.Lab.Temporal.Engine;

/// <summary>A cron schedule: five fields, <c>@hourly</c> and the like, or <c>@every 1h30m</c>; optionally behind <c>CRON_TZ=Zone</c>.</summary>
internal sealed class Cron
{
    private static readonly string[] Months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
    private static readonly string[] Days = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

    private TimeZoneInfo _zone = TimeZoneInfo.Utc;
    private long _every;
    private ulong _minutes;
    private ulong _hours;
    private ulong _daysOfMonth;
    private ulong _months;
    private ulong _daysOfWeek;
    private bool _anyDayOfMonth;
    private bool _anyDayOfWeek;

    private Cron()
    {
    }

    public static bool TryParse(string text, out Cron cron)
    {
        cron = new Cron();
        text = text.Trim();
        if (text.StartsWith("CRON_TZ=", StringComparison.Ordinal) || text.StartsWith("TZ=", StringComparison.Ordinal))
        {
            var space = text.IndexOf(' ', StringComparison.Ordinal);
            if (space < 0 || !TimeZoneInfo.TryFindSystemTimeZoneById(text[(text.IndexOf('=', StringComparison.Ordinal) + 1)..space], out var zone))
            {
                return false;
            }

            cron._zone = zone;
            text = text[space..].Trim();
        }

        if (text.StartsWith("@every ", StringComparison.Ordinal))
        {
            cron._every = VisibilityQuery.DurationLiteral(text[7..].Trim())?.Ticks ?? 0;
            return cron._every >= TimeSpan.TicksPerSecond;
        }

        text = text switch
        {
            "@yearly" or "@annually" => "0 0 1 1 *",
            "@monthly" => "0 0 1 * *",
            "@weekly" => "0 0 * * 0",
            "@daily" or "@midnight" => "0 0 * * *",
            "@hourly" => "0 * * * *",
            _ => text,
        };
        var fields = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length != 5)
        {
            return false;
        }

        cron._anyDayOfMonth = fields[2] is "*" or "?";
        cron._anyDayOfWeek = fields[4] is "*" or "?";
        return TryField(fields[0], 0, 59, [], out cron._minutes)
            && TryField(fields[1], 0, 23, [], out cron._hours)
            && TryField(fields[2], 1, 31, [], out cron._daysOfMonth)
            && TryField(fields[3], 1, 12, Months, out cron._months)
            && TryField(fields[4], 0, 6, Days, out cron._daysOfWeek);
    }

    /// <summary>The first time of the schedule after <paramref name="start"/> that is not before <paramref name="now"/>.</summary>
    public long? Next(long start, long now)
    {
        if (_every > 0)
        {
            var periods = now <= start ? 1 : Math.Max(1, ((now - start) + _every - 1) / _every);
            return start + (periods * _every);
        }

        var local = TimeZoneInfo.ConvertTimeFromUtc(new DateTime(Math.Max(start, now - 1), DateTimeKind.Utc), _zone);
        var at = new DateTime(local.Year, local.Month, local.Day, local.Hour, local.Minute, 0, DateTimeKind.Unspecified).AddMinutes(1);
        var end = at.AddYears(5);
        while (at < end)
        {
            if (!Has(_months, at.Month))
            {
                at = new DateTime(at.Year, at.Month, 1, 0, 0, 0, DateTimeKind.Unspecified).AddMonths(1);
            }
            else if (!DayMatches(at))
            {
                at = at.Date.AddDays(1);
            }
            else if (!Has(_hours, at.Hour))
            {
                at = at.Date.AddHours(at.Hour + 1);
            }
            else if (!Has(_minutes, at.Minute) || _zone.IsInvalidTime(at))
            {
                at = at.AddMinutes(1);
            }
            else
            {
                return TimeZoneInfo.ConvertTimeToUtc(at, _zone).Ticks;
            }
        }

        return null;
    }

    private bool DayMatches(DateTime at)
    {
        var (ofMonth, ofWeek) = (Has(_daysOfMonth, at.Day), Has(_daysOfWeek, (int)at.DayOfWeek));
        return _anyDayOfMonth || _anyDayOfWeek ? ofMonth && ofWeek : ofMonth || ofWeek;
    }

    private static bool Has(ulong set, int value) => (set & (1UL << value)) != 0;

    private static bool TryField(string field, int min, int max, string[] names, out ulong set)
    {
        set = 0;
        foreach (var part in field.Split(','))
        {
            var (range, step) = part.Split('/') is [var left, var right] ? (left, right) : (part, "1");
            if (!int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out var by) || by == 0)
            {
                return false;
            }

            int first;
            int last;
            if (range is "*" or "?")
            {
                (first, last) = (min, max);
            }
            else
            {
                var ends = range.Split('-');
                if (ends.Length > 2 || !TryValue(ends[0], min, names, out first) || !TryValue(ends[^1], min, names, out last))
                {
                    return false;
                }

                if (ends.Length == 1 && part.Contains('/', StringComparison.Ordinal))
                {
                    last = max;
                }
            }

            if (first < min || last > max || first > last)
            {
                return false;
            }

            for (var value = first; value <= last; value += by)
            {
                set |= 1UL << value;
            }
        }

        return true;
    }

    private static bool TryValue(string text, int min, string[] names, out int value)
    {
        var named = Array.FindIndex(names, name => name.Equals(text, StringComparison.OrdinalIgnoreCase));
        value = named + min;
        return named >= 0 || int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
    }
}
