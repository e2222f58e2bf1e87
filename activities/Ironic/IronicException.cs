using System.Net;

namespace Metal3.Activities.Ironic;

/// <summary>What went wrong between us and Ironic, by who can help.</summary>
internal enum IronicFault
{
    /// <summary>No answer: name, connection, TLS.</summary>
    Unreachable,

    /// <summary>No answer in time; a request that changes something may yet have its effect.</summary>
    TimedOut,

    /// <summary>The API answers but cannot work yet: no conductor, no drivers, too few workers.</summary>
    NotReady,

    /// <summary>Too old, or a version it does not accept.</summary>
    UnsupportedVersion,

    /// <summary>Our credentials for Ironic are refused.</summary>
    Unauthorized,

    /// <summary>There is no such node, port or record.</summary>
    NotFound,

    /// <summary>The node is locked; soon it is not.</summary>
    Busy,

    /// <summary>Refused in this state, or because something of that name, address or instance exists: looking again decides.</summary>
    Conflict,

    /// <summary>Ironic finds the request wrong.</summary>
    Refused,

    /// <summary>Ironic failed at it.</summary>
    ServerError,

    /// <summary>The answer is not what Ironic answers: not JSON, cut off, too long, a redirect.</summary>
    Malformed,
}

/// <summary>A request to Ironic that did not go well. Its message may be shown to anyone: it holds no secret.</summary>
internal sealed class IronicException(IronicFault fault, string request, string message, HttpStatusCode? status, Exception? cause = null)
    : Exception($"{request}: {message}", cause)
{
    /// <summary>By who can help.</summary>
    public IronicFault Fault { get; } = fault;

    /// <summary>The answer's status; null without an answer.</summary>
    public HttpStatusCode? Status { get; } = status;

    /// <summary>What Ironic said, without the request; scrubbed of secrets and cut.</summary>
    public string Text { get; } = message;

    /// <summary>Whether time alone may heal it.</summary>
    public bool IsTransient => Fault is IronicFault.Unreachable or IronicFault.TimedOut or IronicFault.NotReady
        or IronicFault.ServerError or IronicFault.Busy or IronicFault.Malformed;
}
