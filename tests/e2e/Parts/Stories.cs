using System.Text;
using System.Text.Json;
using Google.Protobuf;
using Metal3.Contracts;
using Metal3.Workflows.HostLifecycle;
using Temporalio.Api.Enums.V1;
using Temporalio.Client;
using Temporalio.Common;
using Temporalio.Worker;
using Temporalio.Workflows;

namespace Metal3.EndToEnd.Parts;

/// <summary>What Temporal remembers of a run, and what must be true of it whatever happened.</summary>
internal static class Stories
{
    public static async Task<TemporalClient> ConnectAsync(string address, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await TemporalClient.ConnectAsync(new(address) { DataConverter = Messaging.DataConverter });
            }
            catch (Exception e) when (e is InvalidOperationException or HttpRequestException or Temporalio.Exceptions.RpcException)
            {
                await Task.Delay(200, cancellationToken);
            }
        }
    }

    /// <summary>Every execution with its history.</summary>
    public static async Task<IReadOnlyList<(WorkflowExecution Execution, WorkflowHistory History)>> AllAsync(ITemporalClient client)
    {
        var all = new List<(WorkflowExecution, WorkflowHistory)>();
        await foreach (var execution in client.ListWorkflowsAsync(""))
        {
            all.Add((execution, await client.GetWorkflowHandle(execution.Id, execution.RunId).FetchHistoryAsync()));
        }

        return all;
    }

    /// <summary>Workflows that failed, and workflow tasks that failed for a reason of the code's own; in words, none if all is well.</summary>
    public static IEnumerable<string> Failures(IEnumerable<(WorkflowExecution Execution, WorkflowHistory History)> stories)
    {
        foreach (var (execution, history) in stories)
        {
            if (execution.Status is WorkflowExecutionStatus.Failed or WorkflowExecutionStatus.TimedOut or WorkflowExecutionStatus.Terminated)
            {
                var end = history.Events.Last();
                yield return $"{execution.Id} ({execution.RunId}) is {execution.Status}: {end.WorkflowExecutionFailedEventAttributes?.Failure?.Message}";
            }

            foreach (var failed in history.Events.Select(one => one.WorkflowTaskFailedEventAttributes).Where(one => one is not null))
            {
                if (failed!.Cause is not (WorkflowTaskFailedCause.UnhandledCommand or WorkflowTaskFailedCause.ResetStickyTaskQueue
                    or WorkflowTaskFailedCause.ForceCloseCommand or WorkflowTaskFailedCause.FailoverCloseCommand))
                {
                    yield return $"{execution.Id} ({execution.RunId}) failed a workflow task: {failed.Cause}: {failed.Failure?.Message}";
                }
            }
        }
    }

    /// <summary>Replays every history against the code as it is; answers the differences.</summary>
    public static async Task<IReadOnlyList<string>> ReplayAsync(IEnumerable<WorkflowHistory> histories)
    {
        var options = new WorkflowReplayerOptions { DataConverter = Messaging.DataConverter };
        foreach (var type in typeof(HostWorkflow).Assembly.GetTypes()
            .Where(type => type is { IsClass: true, IsAbstract: false } && type.IsDefined(typeof(WorkflowAttribute), inherit: false)))
        {
            options.AddWorkflow(type);
        }

        var results = await new WorkflowReplayer(options).ReplayWorkflowsAsync(histories, throwOnReplayFailure: false);
        return [.. results.Where(one => one.ReplayFailure is not null).Select(one => $"{one.History.Id}: {one.ReplayFailure!.Message}")];
    }

    /// <summary>Where a secret shows: in histories, plain or in base64, or in log files.</summary>
    public static IReadOnlyList<string> Leaks(
        IEnumerable<string> secrets, IEnumerable<(WorkflowExecution Execution, WorkflowHistory History)> stories, IEnumerable<string> logs)
    {
        var places = stories
            .Select(one => (Where: $"history of {one.Execution.Id}", Bytes: Concat(one.History.Events)))
            .Concat(logs.Where(File.Exists).Select(file => (Where: file, Bytes: ReadShared(file))))
            .ToList();
        return
        [
            .. secrets.Append("PRIVATE KEY").Distinct(StringComparer.Ordinal) // of any TLS key, whoever's it is
                .SelectMany(secret => new[] { secret, Convert.ToBase64String(Encoding.UTF8.GetBytes(secret)).TrimEnd('=')[..^1] })
                .SelectMany(needle => places.Where(place => place.Bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(needle)) >= 0)
                    .Select(place => $"'{needle}' in {place.Where}")),
        ];
    }

    /// <summary>What a host is doing, for a failing test's message.</summary>
    public static async Task<string> ViewAsync(ITemporalClient client, string id)
    {
        try
        {
            var view = await client.GetWorkflowHandle(id).QueryAsync<JsonElement>("view", [], new() { Rpc = new() { Timeout = TimeSpan.FromSeconds(10) } });
            var text = view.ToString();
            if (view.TryGetProperty("lifecycleId", out var lifecycle) && lifecycle.GetString() is { Length: > 0 } child && child != id)
            {
                text += $"\n      {child}: {await ViewAsync(client, child)}";
            }

            return text;
        }
        catch (Exception e) when (e is Temporalio.Exceptions.RpcException or Temporalio.Exceptions.TemporalException)
        {
            return $"(no view: {e.Message})";
        }
    }

    private static byte[] Concat(IEnumerable<IMessage> events) => [.. events.SelectMany(one => one.ToByteArray())];

    private static byte[] ReadShared(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        return memory.ToArray();
    }
}
