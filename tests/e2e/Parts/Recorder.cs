using System.Text.Json.Nodes;

namespace Metal3.EndToEnd.Parts;

/// <summary>One version of an object, as a watch showed it.</summary>
internal sealed record Seen(DateTimeOffset At, string Type, string Kind, string Namespace, string Name, string Uid, JsonObject Object);

/// <summary>Watches collections and keeps every version that it was shown, also over restarts of the server.</summary>
internal sealed class Recorder : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Seen> _seen = [];
    private readonly List<Task> _watches = [];

    public Recorder(Cluster cluster, params (string Collection, string Kind)[] collections)
    {
        foreach (var (collection, kind) in collections)
        {
            _watches.Add(FollowAsync(cluster, collection, kind, _stop.Token));
        }
    }

    public IReadOnlyList<Seen> All
    {
        get
        {
            lock (_seen)
            {
                return [.. _seen];
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_watches).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task FollowAsync(Cluster cluster, string collection, string kind, CancellationToken cancellationToken)
    {
        var known = new Dictionary<string, JsonObject>(StringComparer.Ordinal);
        var from = "";
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                if (from.Length == 0)
                {
                    var list = (await cluster.GetAsync(collection, cancellationToken))!;
                    from = (string)list["metadata"]!["resourceVersion"]!;
                    var items = list["items"]!.AsArray().OfType<JsonObject>().ToDictionary(item => (string)item["metadata"]!["uid"]!, StringComparer.Ordinal);
                    foreach (var (uid, item) in items)
                    {
                        if ((string?)known.GetValueOrDefault(uid)?["metadata"]?["resourceVersion"] != (string?)item["metadata"]?["resourceVersion"])
                        {
                            Keep(known.ContainsKey(uid) ? "MODIFIED" : "ADDED", item);
                        }
                    }

                    foreach (var gone in known.Where(one => !items.ContainsKey(one.Key)).ToList())
                    {
                        Keep("DELETED", gone.Value);
                    }
                }

                await foreach (var change in cluster.WatchAsync(collection, from, cancellationToken))
                {
                    if ((string?)change["type"] is not ("ADDED" or "MODIFIED" or "DELETED"))
                    {
                        from = "";
                        break;
                    }

                    var item = change["object"]!.AsObject();
                    from = (string)item["metadata"]!["resourceVersion"]!;
                    Keep((string)change["type"]!, item);
                }
            }
            catch (HttpRequestException e) when (e.StatusCode is not null)
            {
                from = "";
            }
            catch (Exception e) when (e is HttpRequestException or IOException or System.Text.Json.JsonException)
            {
                // The server was killed; the last version is where the watch goes on.
            }

            await Task.Delay(100, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        void Keep(string type, JsonObject item)
        {
            var metadata = item["metadata"]!.AsObject();
            metadata.Remove("managedFields");
            var uid = (string)metadata["uid"]!;
            if (type == "DELETED")
            {
                known.Remove(uid);
            }
            else
            {
                known[uid] = item;
            }

            lock (_seen)
            {
                _seen.Add(new(DateTimeOffset.UtcNow, type, kind, (string?)metadata["namespace"] ?? "", (string)metadata["name"]!, uid, item));
            }
        }
    }
}
