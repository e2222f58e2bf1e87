using Metal3.Contracts.HostLifecycle;

namespace Metal3.Workflows.Tests;

public sealed class SlotNoticeTests
{
    [Fact]
    public void A_waiter_far_back_is_told_of_tenths_of_its_way_and_near_the_front_of_every_step()
    {
        var told = At(1_000);
        var places = new List<int>();
        for (var place = 999; place > 0; place--)
        {
            if (At(place).IsNewsAfter(told))
            {
                told = At(place);
                places.Add(place);
            }
        }

        Assert.InRange(places.Count, 5, 60);
        Assert.Equal([5, 4, 3, 2, 1], places.TakeLast(5));
        Assert.All(places.Prepend(1_000).Zip(places), step => Assert.True(step.First - step.Second <= Math.Max(1, (step.First / 10) + 1)));
    }

    [Fact]
    public void A_slot_and_a_place_further_back_are_always_news_and_the_same_place_is_not()
    {
        Assert.True(new SlotNotice("pool", Granted: true, 0, 0).IsNewsAfter(At(40)));
        Assert.True(At(41).IsNewsAfter(At(40)));
        Assert.False((At(40) with { Ahead = 7 }).IsNewsAfter(At(40)));
        Assert.False(At(39).IsNewsAfter(At(40)));
    }

    private static SlotNotice At(int place) => new("pool", Granted: false, place, place - 1);
}
