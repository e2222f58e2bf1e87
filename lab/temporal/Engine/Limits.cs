namespace Metal3.Lab.Temporal.Engine;

/// <summary>The real server's default limits.</summary>
internal sealed record Limits
{
    /// <summary>Whether an id or a name takes more bytes than it may.</summary>
    public static bool TooLong(string name) =>
        name.Length > IdBytes || (name.Length > IdBytes / 3 && System.Text.Encoding.UTF8.GetByteCount(name) > IdBytes);

    public const int BlobBytes = 2 * 1024 * 1024;
    public const int IdBytes = 1_000;
    public const int HistoryPage = 256;
    public const int VisibilityPage = 1_000;
    public const int QueriesPerRun = 1_000;
    public const int SearchAttributeKeys = 100;
    public const int SearchAttributeValueBytes = 2 * 1024;
    public const int SearchAttributeBytes = 40 * 1024;
    public static readonly TimeSpan MatchingHold = TimeSpan.FromSeconds(60);
    public static readonly TimeSpan HistoryHold = TimeSpan.FromSeconds(20);
    public static readonly TimeSpan DefaultTaskTimeout = TimeSpan.FromSeconds(10);
    public static readonly TimeSpan MaxTaskTimeout = TimeSpan.FromSeconds(120);
    public static readonly TimeSpan SpeculativeScheduleToStart = TimeSpan.FromSeconds(5);

    // What a run may grow to: the real server reads these from its dynamic configuration, so tests lower them on both.
    public int SuggestContinueEvents { get; init; } = 4_096;

    public long SuggestContinueBytes { get; init; } = 4 * 1024 * 1024;

    public int HistoryEvents { get; init; } = 51_200;

    public long HistoryBytes { get; init; } = 50 * 1024 * 1024;

    public int UpdatesPerRun { get; init; } = 2_000;

    public int UpdatesInFlight { get; init; } = 10;

    public int SignalsPerRun { get; init; } = 10_000;

    /// <summary>Activities, children, external signals and external cancels of one run that are pending, of each.</summary>
    public int Pending { get; init; } = 2_000;

    public int BufferedEvents { get; init; } = 100;

    public int BufferedBytes { get; init; } = 2 * 1024 * 1024;
}
