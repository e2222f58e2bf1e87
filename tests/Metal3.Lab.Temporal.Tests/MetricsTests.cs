using System.Net;
using Metal3.Lab.Temporal.Api;

namespace Metal3.Lab.Temporal.Tests;

/// <summary>What the server counts for whoever wants to know what a client costs it.</summary>
public sealed class MetricsTests
{
    [Fact]
    public async Task Calls_are_counted_by_operation_with_the_real_servers_name()
    {
        await using var server = await LabTemporal.StartAsync(new LabTemporalOptions(), TestContext.Current.CancellationToken);
        using var client = new RawClient(server.TargetHost);
        for (var i = 0; i < 3; i++)
        {
            _ = await client.CallAsync<DescribeNamespaceResponse>(new DescribeNamespaceRequest { Namespace = "default" });
        }

        using var http = new HttpClient
        {
            BaseAddress = new Uri($"http://{server.TargetHost}"),
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        var told = await http.GetStringAsync(new Uri("/metrics", UriKind.Relative), TestContext.Current.CancellationToken);

        Assert.Equal("# TYPE service_requests counter\nservice_requests{operation=\"DescribeNamespace\"} 3\n", told);
    }
}
