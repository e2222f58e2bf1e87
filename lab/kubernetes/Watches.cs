using System.Globalization;
using System.IO.Pipelines;

namespace Metal3.Lab.Kubernetes;

/// <summary>
/// Streams changes. A watcher has no queue of its own: it remembers a revision and copies what came since from the shared
/// history, so a slow one costs nothing, and one that fell out of the history is told 410.
/// </summary>
internal sealed class Watches(Store store, TimeProvider time, TimeSpan bookmarkInterval, CancellationToken stopping)
{
    private static readonly TimeSpan DefaultLife = TimeSpan.FromMinutes(45);

    public async Task ServeAsync(HttpContext http, ResourceType type, string ns, Form form)
    {
        var query = http.Request.Query;
        var labels = LabelSelector.Parse(query["labelSelector"]);
        var fields = FieldSelector.Parse(query["fieldSelector"], type);
        var bookmarks = query["allowWatchBookmarks"] == "true" || query["allowWatchBookmarks"] == "1";
        var version = query["resourceVersion"].ToString();
        var initial = query["sendInitialEvents"] == "true";
        if (!long.TryParse(version.Length == 0 ? "0" : version, NumberStyles.None, CultureInfo.InvariantCulture, out var since))
        {
            throw ApiException.Internal($"resourceVersion: Invalid value: {Json.Text(version)}: strconv.ParseUint: parsing {Json.Text(version)}: invalid syntax");
        }

        if (since > store.Revision)
        {
            throw ApiException.RevisionTooLarge(since, store.Revision);
        }

        var life = int.TryParse(query["timeoutSeconds"], NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds > 0
            ? TimeSpan.FromSeconds(seconds)
            : DefaultLife;
        http.Response.ContentType = "application/json";
        http.Response.Headers.CacheControl = "no-cache, private";
        var output = new Output(http, type, form, query["includeObject"].ToString(), time);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, stopping);
        ended.CancelAfter(life);
        try
        {
            await http.Response.StartAsync(ended.Token);
            await http.Response.BodyWriter.FlushAsync(ended.Token);
            await RunAsync(output, type, ns, labels, fields, since, initial, bookmarks, ended.Token);
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // The client went, its time is up, or the server stops: the stream ends cleanly, and clients come back.
        }
    }

    private async Task RunAsync(
        Output output, ResourceType type, string ns, LabelSelector? labels, FieldSelector? fields, long since, bool initial, bool bookmarks,
        CancellationToken cancellation)
    {
        bool Sees(StoredObject? stored) => stored is not null && (ns.Length == 0 || stored.Namespace == ns)
            && labels?.Matches(stored.Labels) != false && fields?.Matches(type, stored) != false;

        var filtered = ns.Length > 0 || labels is not null || fields is not null;
        if (since == 0 || initial)
        {
            var (objects, revision) = store.Snapshot(type.Collection);
            foreach (var stored in ApiServer.Select(objects, type, ns, labels, fields))
            {
                await output.WriteAsync(Change.Added, stored, cancellation);
            }

            since = revision;
            if (initial && bookmarks)
            {
                output.Bookmark(since, endsInitial: true);
            }

            await output.FlushAsync(cancellation);
        }

        var changes = new List<Change>();
        var lastSent = time.GetTimestamp();
        while (!cancellation.IsCancellationRequested)
        {
            changes.Clear();
            if (!store.TryRead(type.Collection, since, changes, out var seen, out var pulse))
            {
                output.Expired(since, type.Collection.CompactedAt);
                await output.FlushAsync(cancellation);
                return;
            }

            foreach (var change in changes)
            {
                var verb = change.Verb;
                if (filtered)
                {
                    var now = verb != Change.Deleted && Sees(change.Object);
                    var before = Sees(change.Previous);
                    verb = (before, now) switch
                    {
                        (false, false) => "",
                        (false, true) => Change.Added,
                        (true, true) => Change.Modified,
                        (true, false) => Change.Deleted,
                    };
                }

                if (verb.Length > 0)
                {
                    await output.WriteAsync(verb, change.Object, cancellation);
                }
            }

            since = seen;
            if (changes.Count > 0)
            {
                await output.FlushAsync(cancellation);
                lastSent = time.GetTimestamp();
                continue;
            }

            var rest = bookmarkInterval - time.GetElapsedTime(lastSent);
            if (bookmarks && rest <= TimeSpan.Zero)
            {
                output.Bookmark(since, endsInitial: false);
                await output.FlushAsync(cancellation);
                lastSent = time.GetTimestamp();
                continue;
            }

            if (!bookmarks)
            {
                await pulse.WaitAsync(cancellation);
                continue;
            }

            using var timer = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            _ = await Task.WhenAny(pulse, Task.Delay(rest, time, timer.Token));
            await timer.CancelAsync();
        }
    }

    /// <summary>Events in the form that the client asked for.</summary>
    private sealed class Output(HttpContext http, ResourceType type, Form form, string include, TimeProvider time)
    {
        private const int FlushBytes = 256 * 1024;
        private readonly PipeWriter _writer = http.Response.BodyWriter;
        private bool _columnsSent;
        private long _unflushed;

        public async ValueTask WriteAsync(string verb, StoredObject stored, CancellationToken cancellation)
        {
            Line(verb, form switch
            {
                Form.Table => Json.Bytes(Table(type.Read(stored))),
                Form.Partial => Json.Bytes(Tables.Partial(type.Read(stored))),
                _ => type.Bytes(stored),
            });
            if (_unflushed > FlushBytes)
            {
                await FlushAsync(cancellation);
            }
        }

        public void Bookmark(long revision, bool endsInitial)
        {
            var metadata = new Map { ["resourceVersion"] = revision.ToString(CultureInfo.InvariantCulture), ["creationTimestamp"] = null };
            if (endsInitial)
            {
                metadata["annotations"] = new Map { ["k8s.io/initial-events-end"] = "true" };
            }

            var root = new Map { ["kind"] = type.Kind, ["apiVersion"] = type.ApiVersion, ["metadata"] = metadata };
            Line("BOOKMARK", Json.Bytes(form switch
            {
                Form.Table => Table(root),
                Form.Partial => Tables.Partial(root),
                _ => root,
            }));
        }

        public void Expired(long asked, long oldest) => Line(
            "ERROR", Json.Bytes(ApiException.Expired($"too old resource version: {asked} ({oldest})").Status));

        public async ValueTask FlushAsync(CancellationToken cancellation)
        {
            _unflushed = 0;
            _ = await _writer.FlushAsync(cancellation);
        }

        private Map Table(Map root)
        {
            var table = Tables.Table(
                type.Columns, [root], new Map { ["resourceVersion"] = root.TextAt("metadata", "resourceVersion") }, include, time.GetUtcNow(), !_columnsSent);
            _columnsSent = true;
            return table;
        }

        private void Line(string verb, ReadOnlySpan<byte> json)
        {
            Write("{\"type\":\""u8);
            Span<byte> word = stackalloc byte[16];
            Write(word[..System.Text.Encoding.ASCII.GetBytes(verb, word)]);
            Write("\",\"object\":"u8);
            Write(json);
            Write("}\n"u8);
        }

        private void Write(ReadOnlySpan<byte> bytes)
        {
            bytes.CopyTo(_writer.GetSpan(bytes.Length));
            _writer.Advance(bytes.Length);
            _unflushed += bytes.Length;
        }
    }
}
