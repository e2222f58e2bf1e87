using System.Net;
using System.Text.Json.Nodes;
using k8s.Autorest;
using Metal3.Contracts.Resources;

namespace Metal3.Activities.Kubernetes.Writing;

/// <summary>Keeps FirmwareSchemas and who owns them; owners that come while one is written go together with the next write.</summary>
/// <remarks>A thousand machines that are alike share one schema, and every write of it carries all of its owners.</remarks>
internal sealed class SchemaOwners(ObjectStore objects)
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(45); // before the activities that wait give up by themselves
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Namespace, string Name), List<Request>> _waiting = [];

    /// <summary>Makes the schema, if there is none, and its owner one of its owners.</summary>
    /// <param name="namespace">The schema's namespace.</param>
    /// <param name="name">Its name, which follows from its content.</param>
    /// <param name="owner">The owner reference; <c>uid</c> tells owners apart.</param>
    /// <param name="spec">Its content, asked for only if it must be made.</param>
    /// <param name="cancellationToken">Stops waiting; what is under way goes on, for others may wait for it as well.</param>
    public Task EnsureAsync(string @namespace, string name, JsonObject owner, Func<JsonNode> spec, CancellationToken cancellationToken)
    {
        var request = new Request(owner, spec);
        lock (_gate)
        {
            if (_waiting.TryGetValue((@namespace, name), out var next))
            {
                next.Add(request);
            }
            else
            {
                _waiting[(@namespace, name)] = [request];
                _ = Task.Run(() => WriteAllAsync(@namespace, name), CancellationToken.None);
            }
        }

        return request.Done.Task.WaitAsync(cancellationToken);
    }

    private async Task WriteAllAsync(string @namespace, string name)
    {
        while (true)
        {
            List<Request> batch;
            lock (_gate)
            {
                batch = _waiting[(@namespace, name)];
                if (batch.Count == 0)
                {
                    _waiting.Remove((@namespace, name));
                    return;
                }

                _waiting[(@namespace, name)] = [];
            }

            try
            {
                await WriteAsync(@namespace, name, batch);
                batch.ForEach(request => request.Done.TrySetResult());
            }
            catch (Exception e) when (batch.Count > 1 && e is HttpOperationException)
            {
                // Whoever is refused shall be refused alone.
                foreach (var request in batch)
                {
                    await AloneAsync(@namespace, name, request);
                }
            }
            catch (Exception e)
            {
                batch.ForEach(request => request.Done.TrySetException(e));
            }
        }
    }

    private async Task AloneAsync(string @namespace, string name, Request request)
    {
        try
        {
            await WriteAsync(@namespace, name, [request]);
            request.Done.TrySetResult();
        }
        catch (Exception e)
        {
            request.Done.TrySetException(e);
        }
    }

    private async Task WriteAsync(string @namespace, string name, List<Request> batch)
    {
        using var limit = new CancellationTokenSource(Longest);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await WriteAsync(@namespace, name, batch, limit.Token);
                return;
            }
            catch (HttpOperationException e) when (e.Response.StatusCode is HttpStatusCode.NotFound)
            {
                // Its last owner went just now, and the schema with it. To the caller a 404 would say that the host is gone.
                if (attempt >= 3)
                {
                    throw new HttpRequestException($"the FirmwareSchema {@namespace}/{name} vanishes as soon as it is made", e);
                }
            }
        }
    }

    private async Task WriteAsync(string @namespace, string name, List<Request> batch, CancellationToken cancellationToken)
    {
        var found = await objects.FindAsync(Metal3Group.FirmwareSchema, @namespace, name, cancellationToken);
        if (found is null)
        {
            found = await objects.CreateAsync(
                Metal3Group.FirmwareSchema,
                @namespace,
                new()
                {
                    ["apiVersion"] = Metal3Group.ApiVersion,
                    ["kind"] = Metal3Group.FirmwareSchema.Name,
                    ["metadata"] = new JsonObject
                    {
                        ["name"] = name,
                        ["namespace"] = @namespace,
                        ["ownerReferences"] = new JsonArray([.. batch.DistinctBy(request => Uid(request.Owner)).Select(request => request.Owner.DeepClone())]),
                    },
                    ["spec"] = batch[0].Spec(),
                },
                cancellationToken) ?? await objects.FindAsync(Metal3Group.FirmwareSchema, @namespace, name, cancellationToken);
        }

        var owners = found?["metadata"]?["ownerReferences"] as JsonArray;
        var known = (owners ?? []).Select(Uid).ToHashSet(StringComparer.Ordinal);
        var missing = batch.Select(request => request.Owner).Where(owner => known.Add(Uid(owner))).ToList();
        if (missing.Count == 0)
        {
            return;
        }

        JsonArray patch = owners is null
            ? [Add("/metadata/ownerReferences", new JsonArray([.. missing.Select(owner => owner.DeepClone())]))]
            : [.. missing.Select(owner => Add("/metadata/ownerReferences/-", owner.DeepClone()))];
        await objects.PatchAsync(Metal3Group.FirmwareSchema, @namespace, name, patch, status: false, cancellationToken);
    }

    private static string? Uid(JsonNode? owner) => ObjectStore.Text(owner?["uid"]);

    private static JsonObject Add(string path, JsonNode value) => new() { ["op"] = "add", ["path"] = path, ["value"] = value };

    private sealed record Request(JsonObject Owner, Func<JsonNode> Spec)
    {
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
