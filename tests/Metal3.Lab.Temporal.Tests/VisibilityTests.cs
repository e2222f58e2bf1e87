using FsCheck;
using FsCheck.Fluent;
using Metal3.Lab.Temporal.Api;
using Metal3.Lab.Temporal.Engine;
using Metal3.Lab.Temporal.Rpc;

namespace Metal3.Lab.Temporal.Tests;

public sealed class VisibilityTests
{
    private static readonly Engine.NamespaceState Namespace = WithAttributes();

    [Theory]
    [InlineData("", true)]
    [InlineData("WorkflowId = 'host/a'", true)]
    [InlineData("WorkflowId = \"host/b\"", false)]
    [InlineData("`WorkflowType` = 'Host' and ExecutionStatus = 'Running'", true)]
    [InlineData("ExecutionStatus = 1", true)]
    [InlineData("ExecutionStatus IN ('Completed', 'Failed')", false)]
    [InlineData("NOT ExecutionStatus = 'Completed'", true)]
    [InlineData("WorkflowId STARTS_WITH 'host/'", true)]
    [InlineData("WorkflowId NOT STARTS_WITH 'host/'", false)]
    [InlineData("Rack = 'r7' OR Rack = 'r8'", true)]
    [InlineData("(Rack = 'r7' OR Rack = 'r8') AND Count > 5", false)]
    [InlineData("Count BETWEEN 3 AND 5", true)]
    [InlineData("Count NOT BETWEEN 3 AND 5", false)]
    [InlineData("CloseTime IS NULL", true)]
    [InlineData("CloseTime IS NOT NULL", false)]
    [InlineData("Missing != 'x'", false)]
    [InlineData("Missing IS NULL", true)]
    [InlineData("StartTime > '2024-01-01T00:00:00Z'", true)]
    [InlineData("Tags = 'blue'", true)]
    [InlineData("Tags NOT IN ('blue')", false)]
    [InlineData("Notes = 'brown'", true)]
    [InlineData("Notes = 'bro'", false)]
    public void A_filter_chooses_runs(string query, bool chosen)
    {
        Assert.Equal(chosen, VisibilityQuery.Parse(Namespace, query).Filter(SomeRun()));
    }

    [Theory]
    [InlineData("Nobody = 'x'")]
    [InlineData("WorkflowId =")]
    [InlineData("WorkflowId = 'x")]
    [InlineData("WorkflowId ~ 'x'")]
    [InlineData("Count = 'many'")]
    [InlineData("Count STARTS_WITH 'x'")]
    [InlineData("ExecutionStatus = 'Happy'")]
    [InlineData("(WorkflowId = 'x'")]
    [InlineData("WorkflowId = 'x' ORDER BY StartTime")]
    [InlineData("WorkflowId = 'x' LIMIT 3")]
    public void A_bad_filter_is_refused(string query)
    {
        var refused = Assert.Throws<RpcException>(() => VisibilityQuery.Parse(Namespace, query));

        Assert.Equal(StatusCode.InvalidArgument, refused.Code);
        Assert.StartsWith("invalid query: ", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Whatever_is_asked_the_parser_answers_or_refuses() =>
        Prop.ForAll(ArbMap.Default.ArbFor<NonNull<string>>(), text =>
        {
            try
            {
                _ = VisibilityQuery.Parse(Namespace, text.Get).Filter(SomeRun());
            }
            catch (RpcException e)
            {
                return e.Code == StatusCode.InvalidArgument;
            }

            return true;
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("*/15 * * * *", "2026-01-01T10:07:00Z", "2026-01-01T10:15:00Z")]
    [InlineData("0 3 * * MON", "2026-01-01T10:07:00Z", "2026-01-05T03:00:00Z")]
    [InlineData("@daily", "2026-01-01T10:07:00Z", "2026-01-02T00:00:00Z")]
    [InlineData("@every 1h30m", "2026-01-01T10:07:00Z", "2026-01-01T11:37:00Z")]
    [InlineData("30 12 31 * *", "2026-02-01T00:00:00Z", "2026-03-31T12:30:00Z")]
    public void A_cron_schedule_knows_its_next_time(string schedule, string now, string expected)
    {
        Assert.True(Cron.TryParse(schedule, out var cron));
        var at = DateTimeOffset.Parse(now).UtcTicks;

        Assert.Equal(DateTimeOffset.Parse(expected).UtcTicks, cron.Next(at, at));
    }

    private static Engine.NamespaceState WithAttributes()
    {
        var ns = new Engine.NamespaceState("n");
        ns.CustomAttributes["Rack"] = IndexedValueType.Keyword;
        ns.CustomAttributes["Missing"] = IndexedValueType.Keyword;
        ns.CustomAttributes["Count"] = IndexedValueType.Int;
        ns.CustomAttributes["Tags"] = IndexedValueType.KeywordList;
        ns.CustomAttributes["Notes"] = IndexedValueType.Text;
        return ns;
    }

    private static VisibleRun SomeRun()
    {
        var start = new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc).Ticks;
        var info = new WorkflowExecutionInfo
        {
            Execution = new WorkflowExecution { WorkflowId = "host/a", RunId = "r" },
            Type = new WorkflowType { Name = "Host" },
            Status = WorkflowExecutionStatus.Running,
            ExecutionTime = Times.Stamp(start),
            SearchAttributes = new SearchAttributes(),
        };
        void Set(string name, string json) => info.SearchAttributes.IndexedFields[name] =
            new Payload { Data = Google.Protobuf.ByteString.CopyFromUtf8(json) };
        Set("Rack", "\"r7\"");
        Set("Count", "4");
        Set("Tags", "[\"red\",\"blue\"]");
        Set("Notes", "\"the quick brown fox\"");
        return new VisibleRun(Namespace, info, start, 0);
    }
}
