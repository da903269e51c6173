/** A minimal browser over plain HTTP. It keeps cookies and does not follow redirects. */
export class Visitor {
  readonly url: string;
  readonly cookies = new Map<string, string>();

  constructor(url: string) {
    this.url = url;
  }

  async get(path: string, headers: Record<string, string> = {}): Promise<Page> {
    return this.send(path, { headers });
  }

  /** Sends a form to the address that it was loaded from, as a browser does. */
  async post(
    path: string,
    form: Readonly<Record<string, string>>,
    headers: Record<string, string> = {},
  ): Promise<Page> {
    const own = { origin: this.url, 'sec-fetch-site': 'same-origin' };
    return this.send(path, {
      method: 'POST',
      headers: { ...own, ...headers },
      body: new URLSearchParams(form),
    });
  }

  /** Loads a page and sends its form. */
  async submit(path: string, form: Readonly<Record<string, string>>): Promise<Page> {
    const { csrf } = await this.get(path);
    return this.post(path, { csrf, ...form });
  }

  private async send(path: string, init: RequestInit): Promise<Page> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(`${this.url}${path}`, {
      ...init,
      redirect: 'manual',
      headers: { ...(init.headers as Record<string, string>), ...(cookie === '' ? {} : { cookie }) },
    });
    for (const set of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      this.cookies.set(name, value);
    }
    const text = await response.text();
    const { status, headers } = response;
    return {
      ...{ status, headers, text },
      csrf: /name="(?:csrf|token)" value="(\w+)"/.exec(text)?.[1] ?? '',
      isSignIn: text.includes('type="password"'),
      isConsent: text.includes('value="approve"'),
      location: headers.get('location') ?? undefined,
    };
  }
}

export interface Page {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The token of the form on the page. */
  readonly csrf: string;
  readonly isSignIn: boolean;
  readonly isConsent: boolean;
  readonly location: string | undefined;
}
