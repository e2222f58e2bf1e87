using System.Net;
using System.Text.Json;
using Metal3.CrdBridge.Watching;
using Microsoft.Extensions.Logging.Abstractions;

namespace Metal3.CrdBridge.Tests.Watching;

public sealed class InformerTests : IAsyncDisposable
{
    private static readonly ResourceType Hosts = new("metal3.io", "v1alpha1", "baremetalhosts");

    private readonly ScriptedServer _server = new();
    private readonly Told _told = new();
    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
    private Task _running = Task.CompletedTask;

    [Fact]
    public async Task A_list_is_read_page_by_page_and_watched_from_its_version()
    {
        var informer = Start();

        var first = await _server.ListAsync();
        first.Page("7", "more", Host("a"), Host("b"));
        var second = await _server.ListAsync();
        second.Page("7", null, Host("c"));
        var watch = await _server.WatchAsync();

        Assert.Equal("/apis/metal3.io/v1alpha1/baremetalhosts", first.Path);
        Assert.Equal((null, "more"), (first["continue"], second["continue"]));
        Assert.Equal(("7", "true"), (watch["resourceVersion"], watch["allowWatchBookmarks"]));
        Assert.Equal(["Present metal/a on", "Present metal/b on", "Present metal/c on"], await _told.NextAsync(3));
        await informer.Synced;
        Assert.Equal(3, informer.Cache.Count);
    }

    [Fact]
    public async Task A_host_missing_from_a_complete_list_is_gone_and_only_a_seen_timestamp_makes_it_deleted()
    {
        Start();
        (await _server.ListAsync()).List("1", Host("kept"), Host("moved"), Host("unwanted", deleting: true));
        await _told.NextAsync(3);
        await ForgetAsync(await _server.WatchAsync());

        (await _server.ListAsync()).List("9", Host("kept"));

        Assert.Equal(["Deleted metal/unwanted on", "Gone metal/moved on", "Present metal/kept on"], await _told.NextAsync(3));
    }

    [Fact]
    public async Task A_deleted_event_without_a_timestamp_is_no_wish_to_delete()
    {
        Start();
        (await _server.ListAsync()).List("1", Host("a"), Host("b"));
        await _told.NextAsync(2);
        var watch = (await _server.WatchAsync()).Open();

        await watch.EventAsync("DELETED", Host("a", version: 2));
        await watch.EventAsync("MODIFIED", Host("b", version: 3, deleting: true));
        var asked = await _told.NextAsync(2);
        await watch.EventAsync("DELETED", Host("b", version: 4));

        Assert.Equal(["Gone metal/a on", "Present metal/b on"], asked);
        Assert.Equal("Deleted metal/b on", await _told.NextAsync());
    }

    [Fact]
    public async Task A_list_that_breaks_off_says_nothing_about_what_it_did_not_reach()
    {
        var informer = Start();
        (await _server.ListAsync()).List("1", Host("a"), Host("b"));
        await _told.NextAsync(2);
        await ForgetAsync(await _server.WatchAsync());

        (await _server.ListAsync()).Page("9", "more", Host("a"));
        (await _server.ListAsync()).Refuse(HttpStatusCode.InternalServerError, "etcd is away");
        (await _server.ListAsync()).Raw(HttpStatusCode.OK, """{"kind":"HostList","metadata":{"resourceVersion":"9"},"items":[""");
        (await _server.ListAsync()).Raw(HttpStatusCode.OK, """{"kind":"HostList","metadata":{"resourceVersion":"9"}}""");
        (await _server.ListAsync()).Raw(HttpStatusCode.OK, "<html>a proxy is in the way</html>");
        var next = await _server.ListAsync();

        Assert.Equal(2, informer.Cache.Count);
        Assert.True(_told.IsSilent);
        next.List("9", Host("a"), Host("b"));
        Assert.Equal(["Present metal/a on", "Present metal/b on"], await _told.NextAsync(2));
    }

    [Theory]
    [InlineData(HttpStatusCode.NotFound)]
    [InlineData(HttpStatusCode.Forbidden)]
    [InlineData(HttpStatusCode.Unauthorized)]
    [InlineData(HttpStatusCode.ServiceUnavailable)]
    public async Task A_server_that_refuses_to_show_hosts_does_not_make_them_disappear(HttpStatusCode refusal)
    {
        var informer = Start();
        (await _server.ListAsync()).List("1", Host("a"));
        await _told.NextAsync();
        await ForgetAsync(await _server.WatchAsync());

        (await _server.ListAsync()).Refuse(refusal, "no");
        await _server.ListAsync();

        Assert.Equal(1, informer.Cache.Count);
        Assert.True(_told.IsSilent);
    }

    [Fact]
    public async Task After_a_broken_connection_the_watch_goes_on_where_it_stopped_and_half_a_line_is_forgotten()
    {
        Start();
        (await _server.ListAsync()).List("1", Host("a"));
        await _told.NextAsync();
        var watch = (await _server.WatchAsync()).Open();

        await watch.EventAsync("MODIFIED", Host("a", version: 5, power: "off"));
        Assert.Equal("Present metal/a off", await _told.NextAsync());
        await watch.SendAsync("""{"type":"MODIFIED","object":{"metadata":{"name":"a","namespace":"metal","resourceVersion":"6""");
        await watch.EndAsync(new IOException("connection reset"));

        Assert.Equal("5", (await _server.WatchAsync())["resourceVersion"]);
        Assert.True(_told.IsSilent);
    }

    [Fact]
    public async Task A_watch_that_ends_inside_a_line_goes_on_where_it_stopped()
    {
        Start();
        (await _server.ListAsync()).List("1", Host("a"));
        await _told.NextAsync();
        var watch = (await _server.WatchAsync()).Open();

        await watch.SendAsync("""{"type":"DELETED","object":{"metadata":{"name":"a","namespace":"metal","uid":"uid-a","resourceVersion":"6"}}""");
        await watch.EndAsync();

        Assert.Equal("1", (await _server.WatchAsync())["resourceVersion"]);
        Assert.True(_told.IsSilent);
    }

    [Fact]
    public async Task A_whole_line_that_makes_no_sense_leads_to_a_new_list()
    {
        Start();
        (await _server.ListAsync()).List("1", Host("a"));
        await _told.NextAsync();
        var watch = (await _server.WatchAsync()).Open();

        await watch.SendAsync("""{"type":"MODIFIED","obj""" + "\n");

        (await _server.ListAsync()).List("8", Host("a", version: 8));
        Assert.Equal("8", (await _server.WatchAsync())["resourceVersion"]);
    }

    [Fact]
    public async Task An_expired_version_leads_to_a_new_list()
    {
        Start();
        (await _server.ListAsync()).List("1", Host("a"));
        await _told.NextAsync();
        (await _server.WatchAsync()).Refuse(HttpStatusCode.Gone, "too old resource version");

        (await _server.ListAsync()).List("50", Host("a", version: 50, power: "off"));

        Assert.Equal("Present metal/a off", await _told.NextAsync());
        Assert.Equal("50", (await _server.WatchAsync())["resourceVersion"]);
    }

    [Fact]
    public async Task A_page_that_expired_is_replaced_by_a_list_without_pages()
    {
        Start();
        (await _server.ListAsync()).Page("1", "more", Host("a"));
        (await _server.ListAsync()).Refuse(HttpStatusCode.Gone, "the continue token is too old");

        var whole = await _server.ListAsync();
        whole.List("2", Host("a"), Host("b"));

        Assert.Equal((null, null), (whole["limit"], whole["continue"]));
        Assert.Equal(["Present metal/a on", "Present metal/b on"], await _told.NextAsync(2));
    }

    [Fact]
    public async Task A_bookmark_moves_the_version_and_tells_nothing()
    {
        Start();
        (await _server.ListAsync()).List("1");
        var watch = (await _server.WatchAsync()).Open();

        await watch.EventAsync("BOOKMARK", """{"kind":"BareMetalHost","metadata":{"resourceVersion":"77"}}""");
        await watch.EndAsync();

        Assert.Equal("77", (await _server.WatchAsync())["resourceVersion"]);
        Assert.True(_told.IsSilent);
    }

    [Fact]
    public async Task A_host_made_anew_under_its_name_is_told_after_the_end_of_the_old_one()
    {
        Start();
        (await _server.ListAsync()).List("1", Host("a"));
        await _told.NextAsync();
        await ForgetAsync(await _server.WatchAsync());

        (await _server.ListAsync()).List("9", Host("a", uid: "another", power: "off"));

        Assert.Equal("Gone metal/a on", await _told.NextAsync());
        Assert.Equal("Present metal/a off", await _told.NextAsync());
    }

    [Fact]
    public async Task A_change_that_was_not_accepted_comes_again_with_the_last_state()
    {
        _told.Failures.Enqueue(new IOException("Temporal is away"));
        Start();
        (await _server.ListAsync()).List("1", Host("a"));
        var watch = (await _server.WatchAsync()).Open();
        await watch.EventAsync("MODIFIED", Host("a", version: 2, power: "off"));

        var told = await _told.NextAsync();

        Assert.Equal("Present metal/a off", told == "Present metal/a on" ? await _told.NextAsync() : told);
    }

    [Fact]
    public async Task Changes_that_come_while_one_is_being_delivered_become_one()
    {
        var gate = new TaskCompletionSource();
        var seen = new List<string>();
        var begun = new TaskCompletionSource();
        var done = new TaskCompletionSource();
        Start(deliver: async (change, _) =>
        {
            seen.Add(change.Object!);
            if (seen.Count == 1)
            {
                begun.SetResult();
                await gate.Task;
            }
            else
            {
                done.SetResult();
            }
        });
        (await _server.ListAsync()).List("1", Host("a", power: "0"));
        var watch = (await _server.WatchAsync()).Open();
        await begun.Task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        for (var i = 1; i <= 20; i++)
        {
            await watch.EventAsync("MODIFIED", Host("a", version: i + 1, power: $"{i}"));
        }

        await watch.EndAsync();
        await _server.WatchAsync(); // all twenty were read
        gate.SetResult();
        await done.Task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);

        Assert.Equal(["0", "20"], seen);
    }

    [Fact]
    public async Task An_object_that_cannot_be_read_keeps_its_last_known_state_and_is_not_missed()
    {
        var informer = Start();
        (await _server.ListAsync()).List("1", Host("a"));
        await _told.NextAsync();
        var watch = (await _server.WatchAsync()).Open();

        await watch.EventAsync("MODIFIED", Host("a", version: 2, power: "unreadable"));
        await watch.EndAsync();
        Assert.Equal("2", (await _server.WatchAsync())["resourceVersion"]);

        Assert.Equal("on", informer.Cache.Get(new ObjectKey("metal", "a")));
    }

    [Fact]
    public async Task Every_namespace_of_a_list_is_followed_by_itself_and_speaks_for_itself_only()
    {
        var informer = Start(new InformerOptions { Namespaces = ["east", "west"] });
        for (var i = 0; i < 2; i++)
        {
            var list = await _server.ListAsync();
            var ns = list.Path.Contains("/namespaces/east/", StringComparison.Ordinal) ? "east" : "west";
            list.List("1", Host("a", ns: ns));
        }

        Assert.Equal(["Present east/a on", "Present west/a on"], await _told.NextAsync(2));
        await informer.Synced;
        ScriptedServer.Request[] watches = [await _server.WatchAsync(), await _server.WatchAsync()];
        var east = watches.Single(watch => watch.Path.Contains("/east/", StringComparison.Ordinal));
        await ForgetAsync(east);
        (await _server.ListAsync()).List("5");

        Assert.Equal("Gone east/a on", await _told.NextAsync());
        Assert.Equal("on", informer.Cache.Get(new ObjectKey("west", "a")));
    }

    [Fact]
    public async Task An_index_finds_hosts_by_what_they_hold_now()
    {
        var informer = Start();
        informer.Cache.AddIndex("power", power => [power]);
        (await _server.ListAsync()).List("1", Host("a"), Host("b"));
        await _told.NextAsync(2);
        var watch = (await _server.WatchAsync()).Open();

        await watch.EventAsync("MODIFIED", Host("a", version: 2, power: "off"));
        await _told.NextAsync();

        Assert.Equal([new ObjectKey("metal", "b")], informer.Cache.Find("power", "on"));
        Assert.Equal([new ObjectKey("metal", "a")], informer.Cache.Find("power", "off"));
    }

    [Fact]
    public async Task A_resync_lists_again_and_tells_everything_again()
    {
        Start(new InformerOptions { ResyncInterval = TimeSpan.FromTicks(1) });
        (await _server.ListAsync()).List("1", Host("a"));
        await _told.NextAsync();
        var watch = (await _server.WatchAsync()).Open();

        await watch.EndAsync();
        (await _server.ListAsync()).List("1", Host("a"));

        Assert.Equal("1", watch["timeoutSeconds"]);
        Assert.Equal("Present metal/a on", await _told.NextAsync());
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
        _server.Dispose();
    }

    private static async Task ForgetAsync(ScriptedServer.Request watch) =>
        await watch.Open().EventAsync("ERROR", """{"kind":"Status","code":410,"reason":"Expired","message":"too old resource version"}""");

    private static string Host(
        string name, int version = 1, bool deleting = false, string power = "on", string? uid = null, string ns = "metal")
    {
        var timestamp = deleting ? "\"deletionTimestamp\":\"2024-05-17T09:30:00Z\"," : "";
        return """
            {"apiVersion":"metal3.io/v1alpha1","kind":"BareMetalHost",
            """
            + $$"""
            "metadata":{"annotations":{"name":"trap","uid":"trap"},{{timestamp}}"name":"{{name}}","namespace":"{{ns}}",
            """
            + $$$"""
            "uid":"{{{uid ?? $"uid-{name}"}}}","resourceVersion":"{{{version}}}"},"spec":{"power":"{{{power}}}"}}
            """;
    }

    private static string Power(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        using var host = JsonDocument.ParseValue(ref reader);
        var power = host.RootElement.GetProperty("spec").GetProperty("power").GetString()!;
        return power == "unreadable" ? throw new FormatException("no such power") : power;
    }

    private Informer<string> Start(InformerOptions? options = null, Func<Change<string>, CancellationToken, Task>? deliver = null)
    {
        var informer = new Informer<string>(_server.Client(), Hosts, Power, options ?? new() { LongestPause = TimeSpan.FromMilliseconds(20) }, TimeProvider.System, NullLogger.Instance);
        _running = informer.RunAsync(deliver ?? _told.TakeAsync, _stop.Token);
        return informer;
    }
}
