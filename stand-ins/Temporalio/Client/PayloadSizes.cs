using Microsoft.Extensions.Logging;
using Temporalio.Api.Common.V1;

namespace Temporalio.Client;

/// <summary>Warns of payloads that will grow histories; the server refuses those that are far larger.</summary>
internal sealed partial class PayloadSizes(PayloadLimitsOptions limits, ILoggerFactory loggers)
{
    private readonly ILogger logger = loggers.CreateLogger("Temporalio.Client");

    public void Check(Payloads? payloads, string what, string workflow)
    {
        if (payloads?.CalculateSize() is { } size && limits.PayloadsWarnSize > 0 && size > limits.PayloadsWarnSize)
        {
            LargePayloads(logger, what, workflow, size, limits.PayloadsWarnSize);
        }
    }

    public void Check(Memo? memo, string workflow)
    {
        if (memo?.CalculateSize() is { } size && limits.MemoWarnSize > 0 && size > limits.MemoWarnSize)
        {
            LargeMemo(logger, workflow, size, limits.MemoWarnSize);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "The arguments of a {What} of workflow {WorkflowId} have {Size} bytes, more than {Limit}")]
    private static partial void LargePayloads(ILogger logger, string what, string workflowId, int size, int limit);

    [LoggerMessage(2, LogLevel.Warning, "The memo of workflow {WorkflowId} has {Size} bytes, more than {Limit}")]
    private static partial void LargeMemo(ILogger logger, string workflowId, int size, int limit);
}
