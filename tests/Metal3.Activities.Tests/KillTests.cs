using Metal3.Activities.Tests.Rig;
using Metal3.Contracts.Provisioning;

namespace Metal3.Activities.Tests;

public sealed class KillTests
{
    [Theory]
    [InlineData(Death.BeforeTheRequest)]
    [InlineData(Death.AfterTheAnswer)]
    internal async Task Wherever_the_process_dies_the_next_one_ends_in_the_same_place_and_destroys_nothing_twice(Death death)
    {
        await using var lab = await LabRig.StartAsync();
        var requests = await WholeLifeAsync(lab, null, death);
        Assert.InRange(requests, 15, 60);

        for (var fatal = 0; fatal < requests; fatal++)
        {
            await WholeLifeAsync(lab, fatal, death);
        }
    }

    /// <summary>A host's whole life; the first process dies at one of its requests, the second starts from the object alone.</summary>
    private static async Task<int> WholeLifeAsync(LabRig lab, int? fatal, Death death)
    {
        var (key, spec) = lab.NewHost();
        var requests = 0;
        string? nodeId = null;
        string? removed = null;
        for (var process = 0; process < 2; process++)
        {
            await using var bench = lab.Process(process == 0 ? fatal : null, death);
            // What survives a dead process is on the object: the id, if it was published in time.
            var life = new Life(bench, key, spec) { NodeId = nodeId, Trusting = process == 0 };
            try
            {
                if (removed is null)
                {
                    await life.RegisterAsync();
                    nodeId = life.NodeId;
                    if (process == 0 || !await life.IsDeployingAsync())
                    {
                        await life.InspectAsync();
                        await life.PrepareAsync(Life.CleanIntent(1));
                    }

                    await life.ProvisionAsync(Life.DeployIntent(2));
                    Assert.Equal(NodePhase.Active, life.Last!.Phase);
                    Assert.Equal(1, lab.Count(key, "clean"));
                    Assert.Equal(1, lab.Count(key, "deploy"));
                    removed = nodeId;
                }

                await life.DeprovisionUnlessGoneAsync();
                await life.RemoveAsync();
                requests = bench.Wire.Own.Count;
                break;
            }
            catch (Exception e) when (bench.Wire.Dead && process == 0)
            {
                Assert.True(IsDeath(e), e.ToString());
                nodeId = life.NodeId ?? nodeId;
            }
        }

        Assert.NotNull(removed);
        Assert.Equal(1, lab.Count(key, "delete"));
        Assert.Equal(1, lab.Count(key, "destroy"));
        return requests;
    }

    private static bool IsDeath(Exception? e) =>
        e is not null && (e is ProcessDiedException || IsDeath(e.InnerException) || e is OperationCanceledException);
}
