using System.Buffers.Binary;
using Google.Protobuf;
using Metal3.Lab.Temporal.Api;
using Metal3.Lab.Temporal.Engine;
using Metal3.Lab.Temporal.Rpc;

namespace Metal3.Lab.Temporal.Frontend;

internal sealed partial class WorkflowService
{
    private ListWorkflowExecutionsResponse List(ListWorkflowExecutionsRequest request)
    {
        var ns = _server.Namespace(request.Namespace);
        var query = VisibilityQuery.Parse(ns, request.Query);
        if (query.GroupBy is not null)
        {
            throw RpcException.Invalid("invalid query: GROUP BY clause is not supported");
        }

        var size = request.PageSize is > 0 and < Limits.VisibilityPage ? request.PageSize : Limits.VisibilityPage;
        var after = Position.Decode(request.NextPageToken);
        // Open ones first, then the latest closed; among equals the latest started.
        var found = Visible(ns).Where(query.Filter)
            .Select(run => (Run: run, At: new Position(
                run.CloseTicks == 0 ? long.MaxValue : run.CloseTicks, run.StartTicks, run.Info.Execution.RunId)))
            .Where(item => after is null || item.At.CompareTo(after.Value) > 0)
            .OrderBy(item => item.At)
            .Take(size + 1)
            .ToList();
        var response = new ListWorkflowExecutionsResponse();
        response.Executions.AddRange(found.Take(size).Select(item => item.Run.Info));
        if (found.Count > size)
        {
            response.NextPageToken = found[size - 1].At.Encode();
        }

        return response;
    }

    private CountWorkflowExecutionsResponse Count(CountWorkflowExecutionsRequest request)
    {
        var ns = _server.Namespace(request.Namespace);
        var query = VisibilityQuery.Parse(ns, request.Query);
        var found = Visible(ns).Where(query.Filter).ToList();
        var response = new CountWorkflowExecutionsResponse { Count = found.Count };
        if (query.GroupBy is not null)
        {
            foreach (var group in found.GroupBy(run => run.Info.Status).OrderBy(group => group.Key))
            {
                var value = Failures.Text(group.Key.ToString()).Payloads_[0];
                value.Metadata["type"] = ByteString.CopyFromUtf8("Keyword");
                response.Groups.Add(new CountWorkflowExecutionsResponse.Types.AggregationGroup { GroupValues = { value }, Count = group.Count() });
            }
        }

        return response;
    }

    private static IEnumerable<VisibleRun> Visible(Engine.NamespaceState ns)
    {
        foreach (var run in ns.Runs.Values)
        {
            VisibleRun visible;
            using (run.Entity.Enter())
            {
                visible = new VisibleRun(ns, run.Info(), run.StartTicks, run.IsRunning ? 0 : run.CloseTicks);
            }

            yield return visible;
        }
    }

    private readonly record struct Position(long CloseTicks, long StartTicks, string RunId) : IComparable<Position>
    {
        public int CompareTo(Position other)
        {
            var order = other.CloseTicks.CompareTo(CloseTicks);
            order = order != 0 ? order : other.StartTicks.CompareTo(StartTicks);
            return order != 0 ? order : string.CompareOrdinal(RunId, other.RunId);
        }

        public ByteString Encode()
        {
            var bytes = new byte[16 + RunId.Length];
            BinaryPrimitives.WriteInt64BigEndian(bytes, CloseTicks);
            BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(8), StartTicks);
            _ = System.Text.Encoding.ASCII.GetBytes(RunId, bytes.AsSpan(16));
            return ByteString.CopyFrom(bytes);
        }

        public static Position? Decode(ByteString token)
        {
            if (token.IsEmpty)
            {
                return null;
            }

            return token.Length < 16
                ? throw RpcException.Invalid("Invalid NextPageToken.")
                : new Position(
                    BinaryPrimitives.ReadInt64BigEndian(token.Span), BinaryPrimitives.ReadInt64BigEndian(token.Span[8..]),
                    System.Text.Encoding.ASCII.GetString(token.Span[16..]));
        }
    }
}
