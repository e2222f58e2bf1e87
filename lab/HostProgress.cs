using System.Diagnostics;
using System.Text.Json;
using k8s;
using Metal3.Contracts.HostLifecycle;
using Temporalio.Client;
using Temporalio.Common;
using Temporalio.Exceptions;

namespace Metal3.Lab;

/// <summary>What is shown of one host.</summary>
internal sealed record HostRow(string Name)
{
    /// <summary><c>status.provisioning.state</c>; <c>new</c> while empty.</summary>
    public string State { get; init; } = "new";

    /// <summary>Lifecycle and step, such as <c>provision/await-active</c>; empty at rest.</summary>
    public string Step { get; init; } = "";

    /// <summary>What is waited for; empty when nothing is.</summary>
    public string Waiting { get; init; } = "";

    /// <summary>Error type and message of the status; empty without.</summary>
    public string Error { get; init; } = "";

    /// <summary>From the beginning until it was provisioned, or until now.</summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>Whether the image runs.</summary>
    public bool IsProvisioned => State == "provisioned";
}

/// <summary>Reads how far hosts are: one list of Kubernetes, one of Temporal, and a query only for hosts that are stuck.</summary>
internal sealed class HostProgress(LabDataCenter lab, string @namespace, IReadOnlyCollection<string> names)
{
    private const int MostQueries = 5;
    private static readonly SearchAttributeKey<string> StepKey = SearchAttributeKey.CreateKeyword("Metal3Step");
    private static readonly SearchAttributeKey<string> WaitingForKey = SearchAttributeKey.CreateKeyword("Metal3WaitingFor");
    private readonly Stopwatch _since = Stopwatch.StartNew();
    private readonly Dictionary<string, TimeSpan> _provisionedAfter = new(StringComparer.Ordinal);

    /// <summary>Since when hosts are watched.</summary>
    public TimeSpan Elapsed => _since.Elapsed;

    /// <summary>The hosts in the order of their names given.</summary>
    public async Task<IReadOnlyList<HostRow>> ReadAsync(CancellationToken cancellation)
    {
        var rows = names.ToDictionary(name => name, name => new HostRow(name), StringComparer.Ordinal);
        var list = await lab.Kubernetes.CustomObjects.ListNamespacedCustomObjectAsync<JsonElement>(
            "metal3.io", "v1alpha1", @namespace, "baremetalhosts", cancellationToken: cancellation);
        foreach (var host in list.GetProperty("items").EnumerateArray())
        {
            if (Text(host, "metadata", "name") is { } name && rows.TryGetValue(name, out var row))
            {
                rows[name] = row with
                {
                    State = Text(host, "status", "provisioning", "state") is { Length: > 0 } state ? state : "new",
                    Error = Text(host, "status", "errorMessage") is { Length: > 0 } message
                        ? $"{Text(host, "status", "errorType")}: {message}"
                        : "",
                };
            }
        }

        await AddStepsAsync(rows, cancellation);
        foreach (var (name, row) in rows)
        {
            if (row.IsProvisioned)
            {
                _ = _provisionedAfter.TryAdd(name, _since.Elapsed);
            }

            rows[name] = row with { Elapsed = _provisionedAfter.GetValueOrDefault(name, _since.Elapsed) };
        }

        return [.. names.Select(name => rows[name])];
    }

    private static string? Text(JsonElement element, params ReadOnlySpan<string> path)
    {
        foreach (var part in path)
        {
            if (!element.TryGetProperty(part, out element))
            {
                return null;
            }
        }

        return element.GetString();
    }

    private async Task AddStepsAsync(Dictionary<string, HostRow> rows, CancellationToken cancellation)
    {
        var rpc = new RpcOptions { CancellationToken = cancellation };
        var queries = 0;
        try
        {
            await foreach (var run in lab.Temporal.ListWorkflowsAsync("ExecutionStatus = 'Running'", new() { Rpc = rpc }))
            {
                if (run.Id.Split('/') is not ["host", var space, var name, var lifecycle, _]
                    || space != @namespace || !rows.TryGetValue(name, out var row))
                {
                    continue;
                }

                var step = run.TypedSearchAttributes.TryGetValue(StepKey, out var found) ? found : "";
                var kind = run.TypedSearchAttributes.TryGetValue(WaitingForKey, out var waits) ? waits : "";
                if (kind is not ("" or nameof(WaitKind.Machine)) && queries++ < MostQueries)
                {
                    kind = await SentenceAsync(run.Id, rpc) ?? kind;
                }

                rows[name] = row with
                {
                    Step = step.Length > 0 ? $"{lifecycle}/{step}" : lifecycle,
                    Waiting = kind == nameof(WaitKind.Machine) || (kind.Length == 0 && step.StartsWith("await-", StringComparison.Ordinal)) ? "the machine" : kind,
                };
            }
        }
        catch (RpcException) when (!cancellation.IsCancellationRequested)
        {
            // A server that is away for a moment: states are shown without steps until it is back.
        }
    }

    private async Task<string?> SentenceAsync(string id, RpcOptions rpc)
    {
        try
        {
            var view = await lab.Temporal.GetWorkflowHandle(id).QueryAsync<LifecycleView>("view", [], new() { Rpc = rpc });
            return view.Waiting?.For;
        }
        catch (Exception e) when (e is RpcException or WorkflowQueryFailedException or WorkflowQueryRejectedException)
        {
            return null; // it ended meanwhile
        }
    }
}
