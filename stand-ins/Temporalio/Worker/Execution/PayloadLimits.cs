using System.Collections;
using System.Text;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Failure.V1;
using Temporalio.Api.Namespace.V1;
using Temporalio.Client;

namespace Temporalio.Worker.Execution;

/// <summary>
/// Finds payloads that the server would refuse before they are sent: a refused command ends its workflow for good, while a
/// task that fails is tried again, by code that may have been mended.
/// </summary>
internal sealed class PayloadLimits
{
    public const string Refusal = "[TMPRL1103] Attempted to upload payloads with size that exceeded the error limit.";

    private readonly WorkerContext _context;
    private readonly long _payloadsError;
    private readonly long _memoError;
    private readonly long _payloadsWarning;
    private readonly long _memoWarning;
    private readonly long _least;

    /// <param name="context">Where to log, and whose connection says when to warn.</param>
    /// <param name="limits">The namespace's; null when the server alone shall judge.</param>
    public PayloadLimits(WorkerContext context, NamespaceInfo.Types.Limits? limits)
    {
        _context = context;
        var warnings = (context.Client.BridgeClientProvider as ITemporalConnection)?.Options.PayloadLimits;
        _payloadsError = OrNever(limits?.BlobSizeLimitError);
        _memoError = OrNever(limits?.MemoSizeLimitError);
        _payloadsWarning = OrNever(warnings?.PayloadsWarnSize);
        _memoWarning = OrNever(warnings?.MemoWarnSize);
        _least = Math.Min(Math.Min(_payloadsError, _memoError), Math.Min(_payloadsWarning, _memoWarning));
    }

    /// <summary>Whether something in a message is larger than the server allows; what is large but allowed is logged.</summary>
    /// <param name="message">What is about to be sent, encoded.</param>
    /// <param name="type">The type of the workflow or activity that sends it, for the log.</param>
    /// <param name="id">Its id.</param>
    public bool AreExceededBy(IMessage message, string type, string id)
    {
        if (message.CalculateSize() <= _least)
        {
            return false;
        }

        var (payloads, memo) = Largest(message);
        if (payloads > _payloadsError || memo > _memoError)
        {
            var (size, limit) = payloads > _payloadsError ? (payloads, _payloadsError) : (memo, _memoError);
            WorkflowLog.PayloadsTooLarge(_context.Logger, type, id, size, limit);
            return true;
        }

        if (payloads > _payloadsWarning || memo > _memoWarning)
        {
            var (size, limit) = payloads > _payloadsWarning ? (payloads, _payloadsWarning) : (memo, _memoWarning);
            WorkflowLog.PayloadsLarge(_context.Logger, type, id, size, limit);
        }

        return false;
    }

    private static long OrNever(long? limit) => limit > 0 ? limit.Value : long.MaxValue;

    private static (long Payloads, long Memo) Largest(IMessage message)
    {
        switch (message)
        {
            case SearchAttributes or Failure:
                return default; // limits of their own; failures are cut by the server
            case Payloads or Payload:
                return (message.CalculateSize(), 0);
            case Memo memo:
                return (0, memo.Fields.Sum(field => (long)Encoding.UTF8.GetByteCount(field.Key) + field.Value.Data.Length));
        }

        var (payloads, memos) = (0L, 0L);
        foreach (var field in message.Descriptor.Fields.InDeclarationOrder())
        {
            if (field.FieldType is FieldType.Message)
            {
                foreach (var child in Children(field.Accessor.GetValue(message)))
                {
                    var (inChild, memoInChild) = Largest(child);
                    payloads = Math.Max(payloads, inChild);
                    memos = Math.Max(memos, memoInChild);
                }
            }
        }

        return (payloads, memos);
    }

    private static IEnumerable<IMessage> Children(object? value) => value switch
    {
        IMessage one => [one],
        IDictionary map => map.Values.OfType<IMessage>(),
        IList list => list.OfType<IMessage>(),
        _ => [],
    };
}
