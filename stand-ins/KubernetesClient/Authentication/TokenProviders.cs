using System.Net.Http.Headers;
using k8s.Exceptions;
using k8s.KubeConfigModels;

namespace k8s.Authentication;

public interface ITokenProvider
{
    Task<AuthenticationHeaderValue> GetAuthenticationHeaderAsync(CancellationToken cancellationToken);
}

public sealed class StringTokenProvider : ITokenProvider
{
    private readonly string _accessToken;

    public StringTokenProvider(string accessToken, string tokenType)
    {
        _accessToken = accessToken;
        TokenType = tokenType;
    }

    public string TokenType { get; }

    public Task<AuthenticationHeaderValue> GetAuthenticationHeaderAsync(CancellationToken cancellationToken) =>
        Task.FromResult(new AuthenticationHeaderValue(TokenType, _accessToken));
}

/// <summary>A token in a file that somebody else renews, such as a service account's.</summary>
public class TokenFileAuth : ITokenProvider
{
    // The kubelet renews a token when 80 % of its life are over; a minute late is early enough.
    private static readonly TimeSpan Freshness = TimeSpan.FromMinutes(1);

    private readonly string _tokenFile;
    private readonly TimeProvider _time;
    private volatile Reading _last;

    public TokenFileAuth(string tokenFile)
        : this(tokenFile, TimeProvider.System)
    {
    }

    internal TokenFileAuth(string tokenFile, TimeProvider time)
    {
        _tokenFile = tokenFile;
        _time = time;
    }

    public async Task<AuthenticationHeaderValue> GetAuthenticationHeaderAsync(CancellationToken cancellationToken)
    {
        var last = _last;
        if (last is null || _time.GetElapsedTime(last.At) >= Freshness)
        {
            try
            {
                var token = await File.ReadAllTextAsync(_tokenFile, cancellationToken).ConfigureAwait(false);
                last = new(token.Trim(), _time.GetTimestamp());
                _last = last;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Between two tokens the file may be missing for a moment; the old one still holds.
                if (last is null)
                {
                    throw new KubeConfigException($"The token file cannot be read: {e.Message}", e);
                }
            }
        }

        return new AuthenticationHeaderValue("Bearer", last.Token);
    }

    private sealed record Reading(string Token, long At);
}

/// <summary>A token that a program prints, asked again when it has expired.</summary>
public class ExecTokenProvider : ITokenProvider
{
    private readonly ExternalExecution _exec;
    private ExecCredentialResponse _response;

    public ExecTokenProvider(ExternalExecution exec)
    {
        _exec = exec;
    }

    internal ExecTokenProvider(ExternalExecution exec, ExecCredentialResponse first)
    {
        _exec = exec;
        _response = first;
    }

    public async Task<AuthenticationHeaderValue> GetAuthenticationHeaderAsync(CancellationToken cancellationToken)
    {
        var response = _response;
        if (response?.Status?.Token is null || Expires(response))
        {
            response = await Task.Run(() => KubernetesClientConfiguration.ExecuteExternalCommand(_exec), cancellationToken)
                .ConfigureAwait(false);
            _response = response;
        }

        return new AuthenticationHeaderValue("Bearer", response.Status.Token);
    }

    private static bool Expires(ExecCredentialResponse response) =>
        response.Status.ExpirationTimestamp is { } end && end.ToUniversalTime() <= DateTime.UtcNow.AddSeconds(10);
}
