using Microsoft.Extensions.Logging;
using Temporalio.Client;
using Temporalio.Converters;

namespace Temporalio.Activities;

/// <summary>What an activity can see and say while it runs; flows with its async calls.</summary>
public class ActivityExecutionContext
{
    private static readonly AsyncLocal<ActivityExecutionContext?> Ambient = new();

    private readonly ITemporalClient? _client;
    private readonly Lazy<ILogger> _logger;
    private readonly Action<object?[]> _heartbeat;
    private readonly Func<(ActivityCancelReason Reason, ActivityCancellationDetails? Details)> _cancellation;

    internal ActivityExecutionContext(
        ActivityInfo info,
        CancellationToken cancellationToken,
        CancellationToken workerShutdownToken,
        Func<ILogger> logger,
        IPayloadConverter payloadConverter,
        Action<object?[]> heartbeat,
        Func<(ActivityCancelReason Reason, ActivityCancellationDetails? Details)> cancellation,
        ITemporalClient? client = null)
    {
        Info = info;
        CancellationToken = cancellationToken;
        WorkerShutdownToken = workerShutdownToken;
        PayloadConverter = payloadConverter;
        _logger = new(logger);
        _heartbeat = heartbeat;
        _cancellation = cancellation;
        _client = client;
    }

    /// <summary>The code runs in an activity.</summary>
    public static bool HasCurrent => Ambient.Value is not null;

    /// <summary>The running activity's context.</summary>
    /// <exception cref="InvalidOperationException">The code does not run in an activity.</exception>
    public static ActivityExecutionContext Current =>
        Ambient.Value ?? throw new InvalidOperationException("No current context");

    /// <summary>What the server told about this attempt.</summary>
    public ActivityInfo Info { get; }

    /// <summary>Logs with the activity's ids in scope.</summary>
    public ILogger Logger => _logger.Value;

    /// <summary>Why <see cref="CancellationToken"/> fired.</summary>
    public ActivityCancelReason CancelReason => _cancellation().Reason;

    /// <summary>All that is known about the cancellation; null while there is none.</summary>
    public ActivityCancellationDetails? CancellationDetails => _cancellation().Details;

    /// <summary>Fires when the activity should stop; <see cref="CancelReason"/> says why.</summary>
    public CancellationToken CancellationToken { get; }

    /// <summary>Fires at the start of the worker's shutdown, before its grace period.</summary>
    public CancellationToken WorkerShutdownToken { get; }

    /// <summary>Converts payloads as the worker does.</summary>
    public IPayloadConverter PayloadConverter { get; }

    /// <summary>The worker's client.</summary>
    /// <exception cref="InvalidOperationException">There is none, as in a test environment without one.</exception>
    public ITemporalClient TemporalClient =>
        _client ?? throw new InvalidOperationException("No Temporal client available in this activity");

    /// <summary>Tells the server that the activity lives, and how far it is. Never blocks; sent at a bounded rate.</summary>
    public void Heartbeat(params object?[] details) => _heartbeat(details);

    /// <summary>Makes a context current for the calling async method, or none.</summary>
    internal static void Enter(ActivityExecutionContext? context) => Ambient.Value = context;
}
