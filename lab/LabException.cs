namespace Metal3.Lab;

/// <summary>The lab cannot do what was asked; the message says why and what to do, for people.</summary>
public sealed class LabException : Exception
{
    /// <summary>Without a message; not used.</summary>
    public LabException()
    {
    }

    /// <summary>With what to tell the user.</summary>
    public LabException(string message)
        : base(message)
    {
    }

    /// <summary>With what to tell the user, and the cause.</summary>
    public LabException(string message, Exception cause)
        : base(message, cause)
    {
    }
}
