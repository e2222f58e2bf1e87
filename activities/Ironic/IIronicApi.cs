using System.Text.Json.Nodes;
using Refit;

namespace Metal3.Activities.Ironic;

/// <summary>Ironic's API, one method a request, below its version root.</summary>
[Headers("Accept: application/json")]
internal interface IIronicApi
{
    [Get("/drivers")]
    Task<IApiResponse<DriverPage>> DriversAsync(CancellationToken cancellationToken);

    [Get("/nodes/{id}")]
    Task<IApiResponse<IronicNode>> NodeAsync(
        string id, [Query(CollectionFormat.Csv)] IReadOnlyList<string>? fields, CancellationToken cancellationToken);

    [Get("/nodes")]
    Task<IApiResponse<NodePage>> NodesAsync(
        [Query(CollectionFormat.Csv)] IReadOnlyList<string> fields,
        int limit,
        string? marker,
        CancellationToken cancellationToken);

    [Post("/nodes")]
    Task<IApiResponse<IronicNode>> CreateNodeAsync([Body] JsonObject node, CancellationToken cancellationToken);

    [Patch("/nodes/{id}")]
    Task<IApiResponse<IronicNode>> PatchNodeAsync(string id, [Body] JsonArray patch, CancellationToken cancellationToken);

    [Delete("/nodes/{id}")]
    Task<IApiResponse> DeleteNodeAsync(string id, CancellationToken cancellationToken);

    [Put("/nodes/{id}/states/provision")]
    Task<IApiResponse> ProvisionAsync(string id, [Body] JsonObject request, CancellationToken cancellationToken);

    [Put("/nodes/{id}/states/power")]
    Task<IApiResponse> PowerAsync(string id, [Body] JsonObject request, CancellationToken cancellationToken);

    [Put("/nodes/{id}/states/raid")]
    Task<IApiResponse> RaidAsync(string id, [Body] JsonObject request, CancellationToken cancellationToken);

    [Put("/nodes/{id}/maintenance")]
    Task<IApiResponse> SetMaintenanceAsync(string id, [Body] JsonObject request, CancellationToken cancellationToken);

    [Delete("/nodes/{id}/maintenance")]
    Task<IApiResponse> UnsetMaintenanceAsync(string id, CancellationToken cancellationToken);

    [Get("/nodes/{id}/validate")]
    Task<IApiResponse<Dictionary<string, InterfaceValidation>>> ValidateAsync(string id, CancellationToken cancellationToken);

    [Get("/nodes/{id}/management/boot_device")]
    Task<IApiResponse<BootDevice>> BootDeviceAsync(string id, CancellationToken cancellationToken);

    [Get("/nodes/{id}/inventory")]
    Task<IApiResponse<InventoryRecord>> InventoryAsync(string id, CancellationToken cancellationToken);

    [Get("/nodes/{id}/bios")]
    Task<IApiResponse<BiosPage>> BiosAsync(string id, string? detail, CancellationToken cancellationToken);

    [Get("/nodes/{id}/firmware")]
    Task<IApiResponse<FirmwarePage>> FirmwareAsync(string id, CancellationToken cancellationToken);

    [Get("/ports")]
    Task<IApiResponse<PortPage>> PortsAsync(
        string? address,
        [AliasAs("node_uuid")] string? node,
        [Query(CollectionFormat.Csv)] IReadOnlyList<string> fields,
        CancellationToken cancellationToken);

    [Post("/ports")]
    Task<IApiResponse<IronicPort>> CreatePortAsync([Body] JsonObject port, CancellationToken cancellationToken);
}
