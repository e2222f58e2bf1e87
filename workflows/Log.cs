using Metal3.Contracts.HostLifecycle;
using Microsoft.Extensions.Logging;

namespace Metal3.Workflows;

/// <summary>What workflows log; silent during replay.</summary>
internal static partial class Log
{
    [LoggerMessage(1001, LogLevel.Error, "The API server refuses the status: {Reason}")]
    public static partial void StatusRefused(this ILogger logger, string reason);

    [LoggerMessage(1002, LogLevel.Warning, "{Step} failed, attempt {Attempt} ({Class}): {Reason}; next attempt in {Pause}")]
    public static partial void StepFailed(
        this ILogger logger, string step, int attempt, string @class, string reason, TimeSpan pause);

    [LoggerMessage(1003, LogLevel.Information, "{Lifecycle} begins")]
    public static partial void LifecycleBegins(this ILogger logger, Lifecycle lifecycle);

    [LoggerMessage(1004, LogLevel.Information, "{Lifecycle} ends: {End} {Why}")]
    public static partial void LifecycleEnds(this ILogger logger, Lifecycle lifecycle, LifecycleEnd end, string why);

    [LoggerMessage(1005, LogLevel.Information, "{Command} on {Step} by {By}: {Reason}")]
    public static partial void Steered(this ILogger logger, string command, string step, string by, string reason);

    [LoggerMessage(1006, LogLevel.Warning, "A lifecycle ended unexpectedly ({Lifecycle}): {Reason}")]
    public static partial void LifecycleLost(this ILogger logger, Lifecycle lifecycle, string reason);

    [LoggerMessage(1008, LogLevel.Debug, "The slot of {Pool} could not be given back: {Reason}")]
    public static partial void SlotNotReturned(this ILogger logger, string pool, string reason);

    [LoggerMessage(1009, LogLevel.Warning, "What runs on the node could not be stopped: {Reason}")]
    public static partial void NotAborted(this ILogger logger, string reason);

    [LoggerMessage(1010, LogLevel.Warning, "The firmware settings could not be read: {Reason}")]
    public static partial void FirmwareUnread(this ILogger logger, string reason);

    [LoggerMessage(1011, LogLevel.Warning, "The hold could not be kept on the object: {Reason}")]
    public static partial void HoldNotKept(this ILogger logger, string reason);

    [LoggerMessage(1012, LogLevel.Warning, "The holders of slots could not be checked: {Reason}")]
    public static partial void HoldersNotChecked(this ILogger logger, string reason);

    [LoggerMessage(1018, LogLevel.Warning, "The machines at work could not be counted: {Reason}")]
    public static partial void MachinesNotCounted(this ILogger logger, string reason);

    [LoggerMessage(1013, LogLevel.Warning, "News of the node could not be confirmed: {Reason}")]
    public static partial void NewsUnconfirmed(this ILogger logger, string reason);

    [LoggerMessage(1007, LogLevel.Information, "The host workflow ends: {Why}")]
    public static partial void HostEnds(this ILogger logger, string why);
}
