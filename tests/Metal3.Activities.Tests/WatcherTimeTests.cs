using System.Net;
using System.Text;
using System.Web;
using Metal3.Activities.Ironic;
using Metal3.Activities.Watching;
using Metal3.Contracts.Provisioning;
using Metal3.TestKit;

namespace Metal3.Activities.Tests;

/// <summary>The watcher by a clock that only the test moves, over an Ironic that only the test answers for.</summary>
public sealed class WatcherTimeTests : IAsyncDisposable
{
    private readonly ManualTime _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly Answers _ironic;
    private readonly IronicClient _client;
    private readonly NodeWatcher _watcher;

    public WatcherTimeTests()
    {
        _ironic = new Answers(_time);
        _client = new IronicClient(
            new IronicOptions { Endpoint = new Uri("http://ironic.example/v1/"), Attempts = 1, Timeout = TimeSpan.FromHours(1) }, _time, _ironic);
        _watcher = new NodeWatcher(_client, new WatcherOptions(), _time);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Until the watcher, or the slow Ironic, goes on; the time-outs of requests lie far behind.</summary>
    private TimeSpan? Pause => _time.Next(TimeSpan.FromMinutes(1));

    public async ValueTask DisposeAsync()
    {
        await _watcher.DisposeAsync();
        _client.Dispose();
        _ironic.Dispose();
    }

    [Fact]
    public async Task Listings_start_at_most_once_a_second_however_many_wait()
    {
        _ironic.Set("n", "clean wait");
        var waits = Enumerable.Range(0, 50).Select(_ => _watcher.WaitAsync("n", NodeGoal.Settled, null, Cancellation)).ToList();

        await TurnAsync(listings: 5);
        _ironic.Set("n", "manageable");
        await TurnAsync(listings: 1);
        await Task.WhenAll(waits);

        Assert.Equal(6, _ironic.Listings.Count);
        Assert.All(_ironic.Listings.Zip(_ironic.Listings.Skip(1)), pair => Assert.True(pair.Second - pair.First >= TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public async Task A_slow_Ironic_is_left_alone_for_four_times_as_long_as_it_took()
    {
        _ironic.Set("n", "clean wait");
        _ironic.Takes = TimeSpan.FromSeconds(3);
        _ = _watcher.WaitAsync("n", NodeGoal.Settled, null, Cancellation);

        await TurnAsync(listings: 3);

        Assert.All(
            _ironic.Listings.Zip(_ironic.Listings.Skip(1)), pair => Assert.True(pair.Second - pair.First >= TimeSpan.FromSeconds(15)));
    }

    [Fact]
    public async Task An_Ironic_that_fails_is_asked_less_and_less_and_the_wait_lives_on()
    {
        _ironic.Set("n", "clean wait");
        _ironic.Fails = true;
        var wait = _watcher.WaitAsync("n", NodeGoal.Settled, null, Cancellation);

        await TurnAsync(listings: 8);
        var pauses = _ironic.Listings.Zip(_ironic.Listings.Skip(1)).Select(pair => (pair.Second - pair.First).TotalSeconds).ToList();
        var trouble = _watcher.Trouble;
        _ironic.Fails = false;
        _ironic.Set("n", "manageable");
        await TurnAsync(listings: 1);

        Assert.Equal([1, 2, 4, 8, 16, 30, 30], pauses.Select(pause => Math.Round(pause)));
        Assert.NotNull(trouble);
        Assert.Equal("manageable", (await wait)!.ProvisionState);
        Assert.Null(_watcher.Trouble);
    }

    [Fact]
    public async Task A_fleet_beyond_one_page_is_read_to_its_end()
    {
        for (var i = 0; i < 2345; i++)
        {
            _ironic.Set($"n{i:0000}", "available");
        }

        _ironic.Set("n2344", "clean wait");
        var wait = _watcher.WaitAsync("n2344", NodeGoal.Settled, null, Cancellation);
        await TurnAsync(listings: 1);
        _ironic.Set("n2344", "manageable");
        await TurnAsync(listings: 1);

        Assert.Equal("manageable", (await wait)!.ProvisionState);
        Assert.Equal([null, "n0999", "n1999", null, "n0999", "n1999"], _ironic.Markers);
        Assert.Equal(2345, (await _watcher.ListingAsync(TimeSpan.FromMinutes(1), Cancellation)).Nodes.Count);
    }

    [Fact]
    public async Task A_node_that_the_listing_leaves_out_is_asked_for_and_its_wait_goes_on()
    {
        _ironic.Set("n", "clean wait");
        _ironic.Hidden = "n";
        var wait = _watcher.WaitAsync("n", NodeGoal.Settled, null, Cancellation);

        await TurnAsync(listings: 3);
        var asked = _ironic.Asked;
        Assert.False(wait.IsCompleted);
        _ironic.Set("n", "manageable");
        await TurnUntilAsync(wait);

        Assert.True(asked >= 1);
        Assert.Equal("manageable", (await wait)!.ProvisionState);
    }

    [Fact]
    public async Task A_reservation_that_nobody_takes_away_does_not_hold_a_wait_for_ever()
    {
        _ironic.Set("n", "manageable", reservation: "conductor-that-died");
        var wait = _watcher.WaitAsync("n", NodeGoal.Settled, null, Cancellation);

        await TurnAsync(listings: 10);
        Assert.False(wait.IsCompleted);
        await TurnAsync(listings: 1);

        Assert.Equal("manageable", (await wait)!.ProvisionState);
    }

    /// <summary>Listing after listing, until the wait is over; the watcher itself may stop a moment earlier.</summary>
    private async Task TurnUntilAsync(Task wait)
    {
        while (!wait.IsCompleted)
        {
            Cancellation.ThrowIfCancellationRequested();
            await Task.Yield();
            if (Pause is { } pause)
            {
                _time.Advance(pause);
            }
        }
    }

    /// <summary>Moves the clock from pause to pause until so many more listings have been answered and taken in.</summary>
    private async Task TurnAsync(int listings)
    {
        var goal = _ironic.Listings.Count + listings;
        while (IsUnderWay())
        {
            await StepAsync();
        }

        while (Pause is null)
        {
            await Task.Yield(); // until the watcher has taken the last listing in
        }

        async Task StepAsync()
        {
            Cancellation.ThrowIfCancellationRequested();
            await Task.Yield();

            // In this order: a pause that follows the last listing is only there once that listing is no longer under way.
            if (Pause is { } pause && IsUnderWay())
            {
                _time.Advance(pause);
            }
        }

        bool IsUnderWay() => _ironic.Listings.Count < goal || _ironic.Busy;
    }

    /// <summary>As much of Ironic as a listing needs.</summary>
    private sealed class Answers(ManualTime time) : HttpMessageHandler
    {
        private readonly Lock _gate = new();
        private readonly SortedDictionary<string, string> _nodes = new(StringComparer.Ordinal);
        private readonly List<DateTimeOffset> _listings = [];
        private readonly List<string?> _markers = [];
        private int _busy;

        public TimeSpan Takes { get; set; }

        public bool Fails { get; set; }

        public string? Hidden { get; set; }

        public int Asked { get; private set; }

        public bool Busy => Volatile.Read(ref _busy) > 0;

        public IReadOnlyList<DateTimeOffset> Listings
        {
            get
            {
                lock (_gate)
                {
                    return [.. _listings];
                }
            }
        }

        public IReadOnlyList<string?> Markers
        {
            get
            {
                lock (_gate)
                {
                    return [.. _markers];
                }
            }
        }

        public void Set(string id, string state, string? reservation = null)
        {
            lock (_gate)
            {
                _nodes[id] = $$"""{"uuid":"{{id}}","provision_state":"{{state}}","reservation":{{(reservation is null ? "null" : $"\"{reservation}\"")}}}""";
            }
        }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var path = request.RequestUri!.AbsolutePath.TrimEnd('/');
            if (path is "/v1")
            {
                return Json("""{"id":"v1","version":{"id":"v1","min_version":"1.1","version":"1.96"}}""");
            }

            if (path is "/v1/drivers")
            {
                return Json("""{"drivers":[{"name":"redfish"}]}""");
            }

            if (path != "/v1/nodes")
            {
                lock (_gate)
                {
                    Asked++;
                    return _nodes.TryGetValue(path["/v1/nodes/".Length..], out var one) ? Json(one) : new HttpResponseMessage(HttpStatusCode.NotFound);
                }
            }

            Interlocked.Increment(ref _busy);
            try
            {
                var query = HttpUtility.ParseQueryString(request.RequestUri.Query);
                var marker = query["marker"];
                lock (_gate)
                {
                    if (marker is null)
                    {
                        _listings.Add(time.GetUtcNow());
                    }

                    _markers.Add(marker);
                }

                if (Takes > TimeSpan.Zero)
                {
                    await Task.Delay(Takes, time, cancellationToken);
                }

                if (Fails)
                {
                    return new HttpResponseMessage(HttpStatusCode.InternalServerError) { Content = new StringContent("") };
                }

                lock (_gate)
                {
                    var rest = _nodes.Where(one => one.Key != Hidden && (marker is null || string.CompareOrdinal(one.Key, marker) > 0)).ToList();
                    var page = rest.Take(int.Parse(query["limit"]!, System.Globalization.CultureInfo.InvariantCulture)).ToList();
                    var next = page.Count < rest.Count ? ",\"next\":\"http://elsewhere.example/v1/nodes?marker=x\"" : "";
                    return Json($"{{\"nodes\":[{string.Join(',', page.Select(one => one.Value))}]{next}}}");
                }
            }
            finally
            {
                Interlocked.Decrement(ref _busy);
            }
        }

        private static HttpResponseMessage Json(string text) =>
            new(HttpStatusCode.OK) { Content = new StringContent(text, Encoding.UTF8, "application/json") };
    }
}
