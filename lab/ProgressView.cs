using System.Globalization;
using Spectre.Console;

namespace Metal3.Lab;

/// <summary>Shows progress: a table that changes in place on a terminal, one line for each change elsewhere.</summary>
internal sealed class ProgressView(IAnsiConsole console, HostProgress progress)
{
    private const int MostRows = 25;
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(400);
    private readonly Dictionary<string, (string, string, string, string)> _told = new(StringComparer.Ordinal);

    /// <summary>Shows until all are provisioned, or until <paramref name="patience"/> has passed.</summary>
    /// <returns>How far the hosts are.</returns>
    public async Task<IReadOnlyList<HostRow>> UntilProvisionedAsync(TimeSpan patience, CancellationToken cancellation)
    {
        IReadOnlyList<HostRow> rows = [];
        if (!console.Profile.Capabilities.Interactive || Console.IsOutputRedirected)
        {
            await LoopAsync(Tell);
            return rows;
        }

        await console.Live(Table(rows)).AutoClear(false).StartAsync(context => LoopAsync(now => context.UpdateTarget(Table(now))));
        foreach (var row in rows)
        {
            _told[row.Name] = Said(row);
        }

        return rows;

        async Task LoopAsync(Action<IReadOnlyList<HostRow>> show)
        {
            while (true)
            {
                rows = await progress.ReadAsync(cancellation);
                show(rows);
                if (rows.All(row => row.IsProvisioned) || progress.Elapsed > patience)
                {
                    return;
                }

                await Task.Delay(Tick, cancellation);
            }
        }
    }

    /// <summary>Tells what changes, until cancelled.</summary>
    public async Task FollowAsync(CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            Tell(await progress.ReadAsync(cancellation));
            await Task.Delay(Tick, cancellation);
        }
    }

    private static (string, string, string, string) Said(HostRow row) => (row.State, row.Step, row.Waiting, row.Error);

    private static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture) + " s";

    private static Table Table(IReadOnlyList<HostRow> rows)
    {
        var table = new Table().RoundedBorder().AddColumns("host", "state", "step", "waiting for", "elapsed");
        table.Columns[4].RightAligned();
        var shown = rows.Count <= MostRows ? rows : [.. rows.OrderBy(row => row.IsProvisioned).Take(MostRows)];
        foreach (var row in shown)
        {
            var color = row.Error.Length > 0 ? "red" : row.IsProvisioned ? "green" : "yellow";
            var waiting = row.Error.Length > 0 ? $"{row.Waiting}\n{row.Error}".Trim() : row.Waiting;
            _ = table.AddRow(
                Markup.Escape(row.Name), $"[{color}]{Markup.Escape(row.State)}[/]", Markup.Escape(row.Step), Markup.Escape(waiting), Seconds(row.Elapsed));
        }

        return rows.Count > shown.Count
            ? table.Caption($"and {rows.Count - shown.Count} more; {rows.Count(row => row.IsProvisioned)} of {rows.Count} provisioned")
            : table;
    }

    private void Tell(IReadOnlyList<HostRow> rows)
    {
        foreach (var row in rows)
        {
            var said = Said(row);
            if (_told.TryGetValue(row.Name, out var before) && before == said)
            {
                continue;
            }

            _told[row.Name] = said;
            var isNewError = row.Error.Length > 0 && row.Error != before.Item4;
            var line = $"{Seconds(progress.Elapsed),8}  {row.Name,-12} {row.State,-14}{(row.Step.Length > 0 ? $" {row.Step}" : "")}";
            line += row.Waiting.Length > 0 ? $", waits for: {row.Waiting}" : "";
            Console.Out.WriteLine(line.TrimEnd());
            if (isNewError)
            {
                Console.Out.WriteLine($"{"",10}{row.Name,-12} {row.Error}");
            }
        }
    }
}
