using System.Reflection;

namespace Metal3.StandIns.Tests;

public class PublicApiTests
{
    /// <summary>Members of the official packages that the lists miss, with what made them do so.</summary>
    private static readonly HashSet<string> MissedByTheLists =
    [
        // A file of its own for each target framework.
        "k8s.Kubernetes: constructor(KubernetesClientConfiguration,DelegatingHandler[])",
        "k8s.Kubernetes: ServiceClientCredentials CreateCredentials(KubernetesClientConfiguration)",
        "k8s.KubeConfigModels.NamedExtension: object Extension property",
        // A type without members, so that the list has only the property that is of it.
        "k8s.Models.V1CustomResourceSubresourceStatus: the whole type",
        // Attributes on the type parameter.
        "Refit.HttpClientFactoryExtensions: IHttpClientBuilder AddRefitClient`1(IServiceCollection,RefitSettings)",
        "Refit.HttpClientFactoryExtensions: IHttpClientBuilder AddRefitClient`1(IServiceCollection,Func<IServiceProvider,RefitSettings>)",
    ];

    [Fact]
    public void Temporalio_has_no_member_that_the_official_package_has_not() => AssertNoExtras(
        typeof(Temporalio.Client.TemporalClient).Assembly,
        // Generated from the API's own definitions; those are compared by Temporalio.Tests.
        type => type.Namespace?.StartsWith("Temporalio.Api.", StringComparison.Ordinal) is true,
        "Temporalio-1.18.0.txt");

    [Fact]
    public void Temporalio_hosting_has_no_member_that_the_official_package_has_not() =>
        AssertNoExtras(Assembly.Load("Temporalio.Extensions.Hosting"), null, "Temporalio.Extensions.Hosting-1.18.0.txt");

    [Fact]
    public void KubernetesClient_has_no_member_that_the_official_package_has_not() => AssertNoExtras(
        Assembly.Load("KubernetesClient"), null, "KubernetesClient-20.0.84.txt", "KubernetesClient-generated-20.0.84.txt");

    [Fact]
    public void Refit_has_no_member_that_the_official_package_has_not() =>
        AssertNoExtras(Assembly.Load("Refit"), null, "Refit-15.2.0.txt");

    [Fact]
    public void Refit_HttpClientFactory_has_no_member_that_the_official_package_has_not() =>
        AssertNoExtras(Assembly.Load("Refit.HttpClientFactory"), null, "Refit.HttpClientFactory-15.2.0.txt");

    /// <summary>With the tests above: the application can use nothing that the official packages have not.</summary>
    [Theory]
    [InlineData("Temporalio")]
    [InlineData("Temporalio.Extensions.Hosting")]
    [InlineData("KubernetesClient")]
    [InlineData("Refit")]
    [InlineData("Refit.HttpClientFactory")]
    public void A_stand_in_shows_its_internals_to_stand_ins_and_tests_alone(string standIn)
    {
        var friends = Assembly.Load(standIn).GetCustomAttributes<System.Runtime.CompilerServices.InternalsVisibleToAttribute>()
            .Select(friend => friend.AssemblyName);

        Assert.All(friends, friend => Assert.True(
            friend is "Temporalio.Extensions.Hosting" or "Refit.HttpClientFactory" or "Metal3.Kubernetes.Conformance"
                || friend.EndsWith("Tests", StringComparison.Ordinal),
            friend));
    }

    [Fact]
    public void A_member_that_is_not_listed_or_listed_otherwise_is_found()
    {
        var file = Path.GetTempFileName();
        File.WriteAllText(file, """
            Metal3.StandIns.Tests.Sample
              # public class Sample
              public int Same(string text, IReadOnlyCollection<int>? numbers = null)
              public int Other(int number)
            """);
        try
        {
            var extras = PublicApi.Read(file).Extras(typeof(Sample).Assembly, type => type != typeof(Sample));

            Assert.Equal(["Metal3.StandIns.Tests.Sample: int Other(string)", "Metal3.StandIns.Tests.Sample: void Extra()"], extras.Order());
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static void AssertNoExtras(Assembly assembly, Func<Type, bool>? exempt, params string[] lists)
    {
        var files = lists.Select(list => Path.Combine(SpecDirectory(), "api", list)).ToArray();

        var extras = PublicApi.Read(files).Extras(assembly, exempt).Where(extra => !MissedByTheLists.Contains(extra)).ToArray();

        Assert.True(extras.Length == 0, $"{extras.Length} members are not in the official package:\n{string.Join('\n', extras)}");
    }

    private static string SpecDirectory()
    {
        if (Environment.GetEnvironmentVariable("METAL3_SPEC") is { Length: > 0 } directory && Directory.Exists(directory))
        {
            return directory;
        }

        Assert.SkipWhen(
            Environment.GetEnvironmentVariable("METAL3_REQUIRE_SERVERS") is not "1",
            "needs the lists of the official packages' members (METAL3_SPEC)");
        throw new InvalidOperationException("This run promises the lists of the official packages' members, but METAL3_SPEC names none.");
    }
}

public class Sample
{
    public int Same(string text, IReadOnlyCollection<int>? numbers = null) => text.Length + (numbers?.Count ?? 0);

    public int Other(string text) => text.Length;

    public void Extra()
    {
    }
}
