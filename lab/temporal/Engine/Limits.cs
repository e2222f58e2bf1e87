namespace Metal3.Lab.Temporal.Engine;

/// <summary>The real server's default limits.</summary>
internal static class Limits
{
    public const int BlobBytes = 2 * 1024 * 1024;
    public const int SuggestContinueEvents = 4_096;
    public const int SuggestContinueBytes = 4 * 1024 * 1024;
    public const int HistoryEvents = 51_200;
    public const int HistoryBytes = 50 * 1024 * 1024;
    public const int UpdatesPerRun = 2_000;
    public const int UpdatesInFlight = 10;
    public const int SignalsPerRun = 10_000;
    public const int Pending = 2_000;
    public const int IdLength = 1_000;
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
}
