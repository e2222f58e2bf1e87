using Google.Protobuf;
using Metal3.Lab.Temporal.Api;

namespace Metal3.Lab.Temporal.Engine;

/// <summary>Failures that the server itself writes, and what can be said about those it gets.</summary>
internal static class Failures
{
    public static Failure Server(string message, bool nonRetryable = false) => new()
    {
        Message = message,
        Source = "Server",
        ServerFailureInfo = new ServerFailureInfo { NonRetryable = nonRetryable },
    };

    /// <summary>Instead of something that is larger than the limit; written without a source, as the real server does.</summary>
    public static Failure Oversize(string message, Failure? cause = null) => new()
    {
        Message = message,
        ServerFailureInfo = new ServerFailureInfo { NonRetryable = true },
        Cause = cause,
    };

    /// <summary>What is left of a failure that is larger than the limit.</summary>
    public static Failure TooLarge(Failure failure)
    {
        var left = new Failure { Message = Shortened(failure.Message), Source = failure.Source };
        if (failure.ApplicationFailureInfo is { } application)
        {
            left.ApplicationFailureInfo = new ApplicationFailureInfo
            {
                Type = application.Type,
                NonRetryable = application.NonRetryable,
            };
        }

        return Oversize("Failure exceeds size limit.", left);
    }

    private static string Shortened(string text) => text.Length <= 4096 ? text : text[..4096];

    public static Failure Application(string message, string type) => new()
    {
        Message = message,
        Source = "Server",
        ApplicationFailureInfo = new ApplicationFailureInfo { Type = type, NonRetryable = true },
    };

    public static Failure Timeout(string message, TimeoutType type, Payloads? lastHeartbeat, Failure? cause) => new()
    {
        Message = message,
        Source = "Server",
        TimeoutFailureInfo = new TimeoutFailureInfo { TimeoutType = type, LastHeartbeatDetails = lastHeartbeat },
        Cause = cause,
    };

    public static Payloads Text(string text)
    {
        var payload = new Payload { Data = ByteString.CopyFromUtf8(System.Text.Json.JsonSerializer.Serialize(text)) };
        payload.Metadata["encoding"] = ByteString.CopyFromUtf8("json/plain");
        return new Payloads { Payloads_ = { payload } };
    }

    public static bool IsRetryable(Failure? failure, RetryPolicy policy)
    {
        if (failure is null)
        {
            return true;
        }

        var types = policy.NonRetryableErrorTypes;
        switch (failure.FailureInfoCase)
        {
            case Failure.FailureInfoOneofCase.TerminatedFailureInfo:
            case Failure.FailureInfoOneofCase.CanceledFailureInfo:
                return false;
            case Failure.FailureInfoOneofCase.TimeoutFailureInfo:
                var timeout = failure.TimeoutFailureInfo.TimeoutType;
                return timeout is TimeoutType.StartToClose or TimeoutType.Heartbeat
                    && !types.Contains($"TemporalTimeout:{timeout}");
            case Failure.FailureInfoOneofCase.ServerFailureInfo:
                return !failure.ServerFailureInfo.NonRetryable;
            case Failure.FailureInfoOneofCase.ApplicationFailureInfo:
                return !failure.ApplicationFailureInfo.NonRetryable
                    && !types.Contains(failure.ApplicationFailureInfo.Type);
            default:
                return true;
        }
    }
}

/// <summary>When, if at all, a failed attempt is repeated.</summary>
internal static class Retries
{
    public static RetryPolicy Normalise(RetryPolicy? given)
    {
        var policy = given?.Clone() ?? new RetryPolicy();
        if (Times.Ticks(policy.InitialInterval) == 0)
        {
            policy.InitialInterval = Times.Duration(TimeSpan.TicksPerSecond);
        }

        if (policy.BackoffCoefficient == 0)
        {
            policy.BackoffCoefficient = 2;
        }

        if (Times.Ticks(policy.MaximumInterval) == 0)
        {
            policy.MaximumInterval = Times.Duration(100 * Times.Ticks(policy.InitialInterval));
        }

        return policy;
    }

    /// <returns>What is wrong with the policy, or <see langword="null"/>.</returns>
    public static string? Validate(RetryPolicy? policy) => policy switch
    {
        null => null,
        { MaximumAttempts: 1 } => null, // no retry: the other fields do not count
        _ when Times.Ticks(policy.InitialInterval) < 0 => "InitialInterval cannot be negative on retry policy.",
        _ when policy.BackoffCoefficient != 0 && policy.BackoffCoefficient < 1 => "BackoffCoefficient cannot be less than 1 on retry policy.",
        _ when Times.Ticks(policy.MaximumInterval) < 0 => "MaximumInterval cannot be negative on retry policy.",
        _ when Times.Ticks(policy.MaximumInterval) != 0
            && Times.Ticks(policy.MaximumInterval) < Times.Ticks(policy.InitialInterval) => "MaximumInterval cannot be less than InitialInterval on retry policy.",
        _ when policy.MaximumAttempts < 0 => "MaximumAttempts cannot be negative on retry policy.",
        _ => null,
    };

    public static (RetryState State, long Backoff) Next(
        RetryPolicy? policy, int attempt, Failure? failure, long now, long expiration)
    {
        if (policy is null)
        {
            return (RetryState.RetryPolicyNotSet, 0);
        }

        if (!Failures.IsRetryable(failure, policy))
        {
            return (RetryState.NonRetryableFailure, 0);
        }

        if (policy.MaximumAttempts > 0 && attempt >= policy.MaximumAttempts)
        {
            return (RetryState.MaximumAttemptsReached, 0);
        }

        var longest = Times.Ticks(policy.MaximumInterval);
        var backoff = Times.Ticks(policy.InitialInterval) * Math.Pow(Math.Max(policy.BackoffCoefficient, 1), attempt - 1);
        var ticks = longest > 0 && backoff > longest ? longest : (long)Math.Min(backoff, TimeSpan.TicksPerDay * 36500.0);
        if (failure?.ApplicationFailureInfo?.NextRetryDelay is { } asked)
        {
            ticks = Times.Ticks(asked);
        }

        return expiration > 0 && now + ticks > expiration ? (RetryState.Timeout, 0) : (RetryState.InProgress, ticks);
    }
}
