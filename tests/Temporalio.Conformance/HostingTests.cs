using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Temporalio.Activities;
using Temporalio.Client;
using Temporalio.Extensions.Hosting;
using Temporalio.Workflows;

namespace Temporalio.Conformance;

public class HostingTests(TemporalServer server)
{
    [Fact]
    public async Task A_hosted_worker_runs_workflows_with_scoped_and_singleton_activities()
    {
        var queue = TemporalServer.NewName("hosted");
        var builder = Host.CreateApplicationBuilder();
        builder.Services.AddTemporalClient(await server.AddressAsync(), "default");
        builder.Services.AddScoped<Counter>();
        builder.Services.AddHostedTemporalWorker(queue)
            .AddWorkflow<HostedWorkflow>()
            .AddScopedActivities<ScopedActivities>()
            .AddSingletonActivities<SingletonActivities>();
        using var host = builder.Build();
        await host.StartAsync();

        var result = await host.Services.GetRequiredService<ITemporalClient>().ExecuteWorkflowAsync(
            (HostedWorkflow workflow) => workflow.RunAsync(), new(TemporalServer.NewName(), queue));

        // Each execution of a scoped activity starts with a counter of its own; the singleton goes on counting.
        Assert.Equal("1,1 1,2", result);
        await host.StopAsync();
    }

    [Fact]
    public async Task A_worker_without_a_client_says_how_to_get_one()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Services.AddHostedTemporalWorker("queue").AddWorkflow<HostedWorkflow>();
        using var host = builder.Build();

        var e = await Assert.ThrowsAsync<InvalidOperationException>(() => host.StartAsync());

        Assert.Contains("AddTemporalClient", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_queue_has_one_worker_in_a_host()
    {
        var services = new ServiceCollection();
        services.AddHostedTemporalWorker("same").ConfigureOptions(options => options.MaxCachedWorkflows = 5);

        Assert.Throws<InvalidOperationException>(() => services.AddHostedTemporalWorker("same"));
        services.AddHostedTemporalWorker("other");
    }

    [Workflow]
    public class HostedWorkflow
    {
        [WorkflowRun]
        public async Task<string> RunAsync()
        {
            var options = new ActivityOptions { StartToCloseTimeout = TimeSpan.FromSeconds(20) };
            var scoped = new List<int>();
            var single = new List<int>();
            for (var i = 0; i < 2; i++)
            {
                scoped.Add(await Workflow.ExecuteActivityAsync((ScopedActivities activities) => activities.CountAsync(), options));
                single.Add(await Workflow.ExecuteActivityAsync((SingletonActivities activities) => activities.Count(), options));
            }

            return $"{string.Join(",", scoped)} {string.Join(",", single)}";
        }
    }

    public sealed class Counter
    {
        public int Value { get; set; }
    }

    public class ScopedActivities(Counter counter)
    {
        [Activity("scoped-count")]
        public async Task<int> CountAsync()
        {
            await Task.Yield();
            Assert.Same(this, ActivityScope.ScopedInstance);
            return ++ActivityScope.ServiceScope!.ServiceProvider.GetRequiredService<Counter>().Value + (counter.Value - 1);
        }
    }

    public class SingletonActivities
    {
        private int count;

        [Activity("singleton-count")]
        public int Count() => ++count;
    }
}
