using k8s.Models;

namespace k8s.Exceptions
{
    public class KubeConfigException : Exception
    {
        public KubeConfigException()
        {
        }

        public KubeConfigException(string message)
            : base(message)
        {
        }

        public KubeConfigException(string message, Exception inner)
            : base(message, inner)
        {
        }
    }

    public class KubernetesClientException : Exception
    {
        public KubernetesClientException()
        {
        }

        public KubernetesClientException(string message)
            : base(message)
        {
        }

        public KubernetesClientException(string message, Exception inner)
            : base(message, inner)
        {
        }
    }
}

namespace k8s
{
    /// <summary>A <c>Status</c> that came where an object was expected, as in a watch.</summary>
    public class KubernetesException : Exception
    {
        public KubernetesException()
        {
        }

        public KubernetesException(V1Status status)
            : this(status?.Message)
        {
            Status = status;
        }

        public KubernetesException(V1Status status, Exception innerException)
            : this(status?.Message, innerException)
        {
            Status = status;
        }

        public KubernetesException(string message)
            : base(message)
        {
        }

        public KubernetesException(string message, Exception innerException)
            : base(message, innerException)
        {
        }

        public V1Status Status { get; }
    }
}
