/** Groups for the group exchange: size in bits and safe prime in base64; the generator is 2. Made by setup/moduli.ts. */
export const moduliTable: readonly { readonly bits: number; readonly prime: string }[] = [
  {
    bits: 2048,
    prime:
      "/rKNsUAOft9qy7ZCejf9zbR12J0KhulNlS9Yux194cS+ROkduKtTh13bbBL24Zi6TRJBhZMKOX1H8t/cFFfYvUasNHqZibU7qJvZJF9z5oUhLQNnspk2jshTKKwiMfcLtYnUrU/M7GcztcxvnzB7fVWcsBJa367rXy3JLDGKM3SZbllOzkuu2e+gtzIosquy7ZFH22c+tZVYK3Y13myeQzndYCr3P+0CLkAwQ5yViViIRMhXHoFJEeHYU7iJdXRLBLQp3ge+5zxcfqxTOHXTqH8/eyafItGd5510u5XUGOedzZ9Zl7UNinM9EACD0Ena5ynNL5c/Ab9NB/0e55Kc8w==",
  },
  {
    bits: 2048,
    prime:
      "l07Xi/LpN+2Hwr5mN5fD9KuGe3VmFUcyXBcIh8h5oC/4FJSxZi5BV9C8+leBunJIoxdR8ASgBLQy5ucRfNUKAOv8/9H1H0haJRYWfTQgj5jZK6lkCXacw7agty25GFJxRDf7vRZgEKclwmyvXD1jpZvd7dPcANM8pb8oJj6lRsvKa4NDm9IgevnKP37oJwUDApBnTeyn1MXgzZ/q0B4ZfCxZaxne5RUSn+EooJ6/6WtlhGLwGDGo6Cy1f5Z/NPrNVSD5IxsrTaxJB/0qHrxzwA4zunkK6nG5FYPaQlsXjeQljStmCsG49I2+brh9406h779q3/4YPQ7oOk5AA0a3Gw==",
  },
  {
    bits: 2048,
    prime:
      "w8ZuaQznkT8uub75gcrZul9daTi1zRBvwYWDJSj3lIY65RYqbxoV+tT6RexT57FV+1u5s7+tzxObQcDOL8zi3p3Y4PCGWcty0s6vwBjQHku+GVtS+J28szfNBKODY6C2JQ3YyQtiw72448XJtlq/+mSI6yMLJQEo0kkdFVd5B2fqrYiQv2x77LnZZUg/pxAF/YRFlubUF5mFX1dh8sipOe1irPLI7E0fmiA65Dntmc5gj1D+6kJntqB0tlQ451ejSgAxc8bfiqe6RaTuO09hGjTye4/L1DQS/RGy6UQA4laTRF34ExrySWFSPorEoGSJuGR2qxzrdiJH1tdJ5sdTKw==",
  },
  {
    bits: 3072,
    prime:
      "/exAkrARyhm71uWiVEzST3kSG+2qo9+SgjoR6F2JLFYLq8Yx0wXt9d3jtuTiEdpcoeADHbsCiXbHlyTkiIoIJZYXdbbxJM9auuLaT1wBz/szW65wUtrwTQshPRAdYrp9HbAb6/oHbLnIO+c6GFLBUq6M7zCS7Hz8o8iDA0M0CBgUtJ0TNcTjkvoTcNMQPAD0actY/FN2Vc3/3lcBl5ELQYIbXB5f0jdjZoaQKj1Aiubrf94SpA3ScuLJCOaksTa11fxzKAR6Aorm1i/Ge8HC9oztg+AbwpUIGuf3YDw0HYcNZd8UrDOJ/RUtEw/nDGbt/XClypohso5qOGEDHuB8q5q3XqCKDRJsGebT+/xpQORVP23Rcn73XKCy7+mjbhVAr4MMwBiu8PdwYfsFQlAwYdDWyvtdSmQ5imFRIfQx7n5RIKl5zEKX9js1aPLliRvZ4m0zq0+h8dQKYxeeCAn2eSAvtlHVUivco2bltGzqgTkAm7RJ/VjHaOy9bJFcMJmL",
  },
  {
    bits: 3072,
    prime:
      "2ocpMY690r5Wrek4+1xMThCDNjCTE/CPQRQwB/p0jH7yhImEIkMO6e7ekycrpkE/0AxEZkTQyPxguk03JML0gZqgOF4CHJ2BJmojY+RFpCPdhphsGPaC8KtnvnbJVDHjMCbY+CrVBKLW9ZLZPWn09hHFwxi1BGTIHPZH1AFTtA9pna73kXvVM31K/KEu8uG5s2BAIN5+XjwjHjsMjby/tdMv7/VqdurbhCxVBNnxJGqjnJvqdeQqBybyyvZe9M6uoA2p4l0hFGZ97B8MYP1wT3SkT1wrYRNMpDnHQsrkDrFaJMwN+SrepPP8aN9eqrTA7gUKkOgH5Fg1sEQeU4quQ20vrTWuL+I9NtiqfnHN/ayzrpF2M5h/IZcFY/1preLRSWIg7ahJJsWNyxNayLj31Kagv5VSwt85T+9DXIu/axbHcABthE+yEeUgWv7UhQHF5RYpQeWzhW1h7LreboMEIEiH5QPyr2AkYN/83W9Nqaru352SZZcZGlAhSjtJeW+7",
  },
  {
    bits: 3072,
    prime:
      "9ObdAy/AWlWRUhMZqp2mVTbgk0V8URybHmUavzlor74YeHDIGK6QLVZgKEZ/YUws/7AEOuJLHMie62bpl7UzY9SE3E9FO8CY4DWKXYmRgUk6xtyKXPq22wws9uC9m7OnTJikM0sQzS2pd9fnl4mUlNwqWRucqQ2atWGOzHN9xzIfTOYtLStISnSiDBlmvYsvaOJkWgaejlaFwOmGl7y7tKZD1g7S2jfWB2+5uT7o56en/+lkCVEyFHS8KpOBdgZBYH6IcJIwzjiBWebSaTkBkUjPGTWwGw4ypGE0CL2wad9SbcJMggP+Bvv1syzH2xOtLUwFv0Z53m9ayJf1n3rUtEMcHpMbDXwGFcppQH9V2SX7u1xtN/9FWm+rMpX8SNjQsDmYZkhxfdf5TmN6hCIahzdT83MSjaun6pLStRZPZi7hiuHZWWqURVJgDs30ka12W3xzK49LOKJgEoJa/P9o5w+g10mszA4wG2Ys8+F0ir+wK3fy5Vvfp7UaDnmOzWyD",
  },
  {
    bits: 4096,
    prime:
      "4fif1TkjQWdmp/FvSUlEV3qlmDW3oNzK4r2GkkMZQ3WQImmF7ITdArGfmF7VaoYF4zNvLG/w7kJSvTfjuzEiph1xsl0yKrA1jE/is+GVn5vQ82zq/k81pXPefWUGkd0g4xdwkoppQ6eXWAXZ0oxTInZg5jUb5PkidgYCKTPCdQOR4VpZDdDhKFyau3VHJDgD+QOm5iCtp5IYmdV66kAGwWigCzb/UeAsHhut3T7apv1jtX7+pWjt7Zl0ImjzhQPEFhSB/IATaZIWSHFHu5mdXS309xipUDGodkQ6MhBdtFcCDNK2RufJDfbcGj7xuKpO+1sao1NHSXRhIs0jtHu3IAP0cmcNAuolZYkVVMeipo/6dOz+FS7lkCYtQL6PmPLsy1fGG8t8KIeSDSSm2TLCqpHwvAklz9HXXTXTbv5VtqDDdpUsCI0eVuZ9kMulSKAtMiql+ZUZBbcQeICv/LApYNxsCV/+/zq/IhIfO80LhAfrTQ9hwP/gS4fJjoEpkrWT1puBX41lKd1qxaSOc5KLg4EwztEHNVYtcTy9h+E11tcUSsx+Q8r/xfUuWo6ZEW4ahXV+sAaGV3ecsWYNTUSltBEW7rEDOnj+j8BL7LFPF65wTz77R15hP5cB5f32DTHM/S0kgd+5iZnJMi/Mcum6WCrVgAzuaAm+Bl2rFObJCSs=",
  },
  {
    bits: 4096,
    prime:
      "rVlo/MzS6V1GwpSILND+vrqI/nAxzfQ3ecHuo9ZdnvIUlz5o65k31v4XRJcikUIshGhnCMUrcnPEpHVzLXFiRzV6enzuTZ5A1EPLDRJsS4EYgie1vXfpoBb6kM8S2KssoOQXF6QALlJFmlKSI5oCVOor1BCYaFfQ+uJ16w8Ysl6h0/SITDHIeK3/tfC+UX1QAoy96Yvh9Hy3lFZc7IskHUeTjuK84atp2ZnHPMOHAG9VnQ0CwT48SuAxQbWpGKvug3Qv/sCsLp9LV+jFpTOAK94vP3fX7SnZjOuUVO3Tu1zHGOLK375oMSx7bcv51Jolu5KR1I0RahnWbA3N3K7jvL61LCSD+gjAmtBDmRanuANy5JWkPP5LFlNe+Ftu1V91Bb7hX659dJedFaIk6yveGe8kFRccRMEzaKhuuU7fpsda4D8kehTPHhGjRUOHTKPKvJWbcVQf4uSWTwG/LgezIqv3x+kP9h7tv5H98F+B/rkUDpxaVj8XmoQD4sjsBnyXvKQGNQ6H5tPn/VEoCTYnsn2N8GRKfVhr+vvi0FowM8uBxz83AwLbXiStRzr3oTu3FNesf6qz7allFhPWEvYtV0PY4FZrEg+xnAcZ5XAUnQyPurOSC6NAdL2vqziZBTz1nQYI4k5GVmPwulahPf/MYIdNMwpf79b+c2Wu0/vfSos=",
  },
];
