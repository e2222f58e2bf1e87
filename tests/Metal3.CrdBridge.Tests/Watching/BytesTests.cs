using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Metal3.CrdBridge.Watching;

namespace Metal3.CrdBridge.Tests.Watching;

public sealed class BytesTests
{
    private const string List = """{"kind":"L","metadata":{"resourceVersion":"7","continue":""},"items":[{"metadata":{"name":"a"}},{"metadata":{"name":"ü"}}]}""";
    private const string Line = """{"type":"ADDED","object":{"metadata":{"name":"a","resourceVersion":"8"},"spec":{"note":"}{"}}}""";

    [Fact]
    public void A_list_cut_anywhere_is_refused()
    {
        var whole = Encoding.UTF8.GetBytes(List);

        for (var length = 0; length < whole.Length; length++)
        {
            Assert.ThrowsAny<JsonException>(() => ListPage.Read(whole.AsSpan(0, length), _ => { }));
        }

        Assert.Equal(("7", null), ListPage.Read(whole, _ => { }));
    }

    [Fact]
    public void A_line_cut_anywhere_is_refused()
    {
        var whole = Encoding.UTF8.GetBytes(Line);

        for (var length = 0; length < whole.Length; length++)
        {
            Assert.ThrowsAny<JsonException>(() => WatchLine.Read(whole.AsSpan(0, length)));
        }

        Assert.Equal("8", ObjectHead.Read(WatchLine.Read(whole).Json).ResourceVersion);
    }

    /// <summary>However changes and deliveries interleave, the last state of each key is delivered, one at a time.</summary>
    [Fact]
    public void Whatever_the_order_the_last_state_of_every_object_is_delivered()
    {
        var steps = Gen.Choose(0, 9).ListOf().ToArbitrary();

        Prop.ForAll(steps, list => EndsWithTheLastStates([.. list])).QuickCheckThrowOnFailure();
    }

    private static bool EndsWithTheLastStates(int[] steps)
    {
        var queue = new ChangeQueue<string>();
        var last = new Dictionary<ObjectKey, string>();
        var delivered = new Dictionary<ObjectKey, string>();
        var paused = new Queue<ObjectKey>();
        var version = 0;
        foreach (var step in steps)
        {
            // 0-5: a change of one of three objects; 6-8: a delivery, the last of them refused; 9: a pause ends
            if (step < 6)
            {
                var key = new ObjectKey("ns", $"{step % 3}");
                last[key] = $"{++version}";
                queue.Add(new(key, "uid", last[key], ChangeKind.Present, false, last[key]));
            }
            else if (step < 9)
            {
                Deliver(queue, delivered, step == 8 ? paused : null);
            }
            else if (paused.TryDequeue(out var key))
            {
                queue.Ready(key);
            }
        }

        while (paused.TryDequeue(out var key))
        {
            queue.Ready(key);
        }

        while (Deliver(queue, delivered, null))
        {
        }

        return queue.Count == 0 && last.All(pair => delivered[pair.Key] == pair.Value);
    }

    private static bool Deliver(ChangeQueue<string> queue, Dictionary<ObjectKey, string> delivered, Queue<ObjectKey>? refuse)
    {
        using var atOnce = new CancellationTokenSource();
        var taking = queue.TakeAsync(atOnce.Token).AsTask();
        if (!taking.IsCompletedSuccessfully)
        {
            atOnce.Cancel();
            return false;
        }

        var change = taking.Result;
        if (refuse is not null)
        {
            queue.Refused(change);
            refuse.Enqueue(change.Key);
            return true;
        }

        delivered[change.Key] = change.Object!;
        queue.Accepted(change.Key);
        return true;
    }
}
